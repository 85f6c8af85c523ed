import {powers} from './quantizers.ts';

/** What differs between the two bands. */
export interface Band {
  /** Bits by which the scale factor is wider than the logarithmic one: 8 in the lower band, 10 in the higher. */
  readonly shift: number;
  /** The largest logarithmic scale factor. */
  readonly largest: number;
  /** The scale factor at the start. */
  readonly scale: number;
}

export const lowBand: Band = {shift: 8, largest: 18432, scale: 32};
export const highBand: Band = {shift: 10, largest: 22528, scale: 8};

/** Earlier differences that the zeroes of the predictor look at. */
const zeroes = 6;

/**
 * One of the two sub-bands of G.722 as encoder and decoder both keep it: the scale factor of its quantizer, and the predictor
 * with two poles and six zeroes (section 3 of the recommendation; the blocks of its section 6.2 are named in the comments).
 */
export class SubBand {
  /** The scale factor (DETL, DETH). */
  scale: number;
  /** What the next sample is predicted to be (SL, SH). */
  prediction = 0;
  readonly #band: Band;
  #logarithm = 0;
  /** The part of the prediction that comes from the zeroes (SZ). */
  #zeroPart = 0;
  /** The last two reconstructed samples (RLT). */
  #sample1 = 0;
  #sample2 = 0;
  /** The last two partly reconstructed samples (PLT). */
  #partial1 = 0;
  #partial2 = 0;
  #pole1 = 0;
  #pole2 = 0;
  readonly #differences = new Int32Array(zeroes);
  readonly #coefficients = new Int32Array(zeroes);

  constructor(band: Band) {
    this.#band = band;
    this.scale = band.scale;
  }

  /** Takes the quantized `difference` from the prediction, and by how much its code changes the logarithmic scale factor. */
  adapt(difference: number, step: number): void {
    this.#adaptScale(step);
    this.#adaptPredictor(difference);
    this.#predict();
  }

  /** Blocks 3L and 3H: LOGSCL, SCALEL. */
  #adaptScale(step: number): void {
    const {shift, largest} = this.#band;
    const logarithm = ((this.#logarithm * 127) >> 7) + step;
    this.#logarithm = logarithm < 0 ? 0 : logarithm > largest ? largest : logarithm;
    const power = powers[(this.#logarithm >> 6) & 31]!;
    const down = shift - (this.#logarithm >> 11);
    this.scale = (down < 0 ? power << -down : power >> down) << 2;
  }

  /** Block 4: PARREC, RECONS, UPPOL2, UPPOL1, UPZERO, DELAYA. */
  #adaptPredictor(difference: number): void {
    const sample = saturate(this.prediction + difference);
    const partial = saturate(this.#zeroPart + difference);
    const same1 = partial >> 15 === this.#partial1 >> 15;
    const same2 = partial >> 15 === this.#partial2 >> 15;

    const fourfold = saturate(this.#pole1 << 2);
    const pull = same1 ? (fourfold === -32768 ? 32767 : -fourfold) : fourfold;
    let pole2 = (same2 ? 128 : -128) + (pull >> 7) + ((this.#pole2 * 32512) >> 15);
    pole2 = pole2 > 12288 ? 12288 : pole2 < -12288 ? -12288 : pole2;
    let pole1 = saturate((same1 ? 192 : -192) + ((this.#pole1 * 32640) >> 15));
    const limit = 15360 - pole2;
    pole1 = pole1 > limit ? limit : pole1 < -limit ? -limit : pole1;
    this.#pole1 = pole1;
    this.#pole2 = pole2;

    const step = difference === 0 ? 0 : 128;
    const sign = difference >> 15;
    const differences = this.#differences;
    const coefficients = this.#coefficients;
    for (let index = zeroes - 1; index >= 0; index--) {
      const towards = differences[index]! >> 15 === sign ? step : -step;
      coefficients[index] = saturate(towards + ((coefficients[index]! * 32640) >> 15));
      differences[index] = index === 0 ? difference : differences[index - 1]!;
    }
    this.#sample2 = this.#sample1;
    this.#sample1 = sample;
    this.#partial2 = this.#partial1;
    this.#partial1 = partial;
  }

  /** Block 4: FILTEP, FILTEZ, PREDIC. */
  #predict(): void {
    const poles =
      ((this.#pole1 * saturate(2 * this.#sample1)) >> 15) +
      ((this.#pole2 * saturate(2 * this.#sample2)) >> 15);
    let zeroPart = 0;
    for (let index = zeroes - 1; index >= 0; index--) {
      zeroPart += (this.#coefficients[index]! * saturate(2 * this.#differences[index]!)) >> 15;
    }
    this.#zeroPart = saturate(zeroPart);
    this.prediction = saturate(saturate(poles) + this.#zeroPart);
  }
}

/** Held within 16 bits. */
export function saturate(value: number): number {
  return value > 32767 ? 32767 : value < -32768 ? -32768 : value;
}

import {highSteps, highValues, lowSteps, lowValues4, lowValues6, mirrorCoefficients} from './quantizers.ts';
import {highBand, lowBand, SubBand, saturate} from './sub-band.ts';

const taps = mirrorCoefficients.length;

/** Decodes ITU-T G.722 at 64 kbit/s (mode 1) to sound at 16 kHz: each byte becomes two samples. */
export class G722Decoder {
  readonly #low = new SubBand(lowBand);
  readonly #high = new SubBand(highBand);
  /** The last sums and differences of the two bands; each twice, so that the newest twelve lie in a row. */
  readonly #sums = new Int32Array(2 * taps);
  readonly #differences = new Int32Array(2 * taps);
  #at = 0;

  /** Decodes `count` bytes of `bytes` from `start` on into the first `2 * count` of `samples`. */
  decode(bytes: Uint8Array, start: number, count: number, samples: Int16Array): void {
    for (let index = 0; index < count; index++) {
      const code = bytes[start + index]!;
      const low = this.#decodeLow(code & 0x3f);
      const high = this.#decodeHigh(code >> 6);
      this.#join(low, high, samples, 2 * index);
    }
  }

  /** Blocks 2L to 6L: INVQBL, RECONS, LIMIT and what adapts. */
  #decodeLow(code: number): number {
    const low = this.#low;
    const sample = limit(low.prediction + ((low.scale * lowValues6[code]!) >> 15));
    low.adapt((low.scale * lowValues4[code >> 2]!) >> 15, lowSteps[code >> 2]!);
    return sample;
  }

  /** Blocks 2H to 5H: INVQAH, RECONS, LIMIT and what adapts. */
  #decodeHigh(code: number): number {
    const high = this.#high;
    const difference = (high.scale * highValues[code]!) >> 15;
    const sample = limit(high.prediction + difference);
    high.adapt(difference, highSteps[code]!);
    return sample;
  }

  /** The receive quadrature mirror filter. */
  #join(low: number, high: number, samples: Int16Array, to: number): void {
    const at = this.#at;
    const sum = low + high;
    const difference = low - high;
    this.#sums[at] = sum;
    this.#sums[at + taps] = sum;
    this.#differences[at] = difference;
    this.#differences[at + taps] = difference;
    this.#at = (at + 1) % taps;
    let first = 0;
    let second = 0;
    const oldest = this.#at;
    for (let tap = 0; tap < taps; tap++) {
      first += this.#differences[oldest + tap]! * mirrorCoefficients[taps - 1 - tap]!;
      second += this.#sums[oldest + tap]! * mirrorCoefficients[tap]!;
    }
    samples[to] = saturate(first >> 11);
    samples[to + 1] = saturate(second >> 11);
  }
}

/** A sample of a band has 15 bits. */
function limit(sample: number): number {
  return sample > 16383 ? 16383 : sample < -16384 ? -16384 : sample;
}

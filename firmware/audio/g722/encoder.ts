import {
  highDecision,
  highSteps,
  highValues,
  lowCode,
  lowDecisions,
  lowIntervals,
  lowSteps,
  lowValues4,
  mirrorCoefficients,
} from './quantizers.ts';
import {highBand, lowBand, SubBand, saturate} from './sub-band.ts';

const taps = mirrorCoefficients.length;
/** Codes by interval; the negative ones after the others. */
const codes = Uint8Array.from({length: 2 * (lowIntervals + 1)}, (_, index) =>
  index <= lowIntervals ? lowCode(index, false) : lowCode(index - lowIntervals - 1, true),
);

/**
 * Encodes sound at 16 kHz as ITU-T G.722 at 64 kbit/s (mode 1): each two samples become one byte, 6 bits for the band below
 * 4 kHz and 2 for the one above.
 */
export class G722Encoder {
  readonly #low = new SubBand(lowBand);
  readonly #high = new SubBand(highBand);
  /** The last samples with an even and with an odd place; each twice, so that the newest twelve lie in a row. */
  readonly #even = new Int32Array(2 * taps);
  readonly #odd = new Int32Array(2 * taps);
  #at = 0;

  /** Encodes the first `count` of `samples`, an even number, into `count / 2` bytes. */
  encode(samples: Int16Array, count: number, bytes: Uint8Array): void {
    for (let index = 0; index < count; index += 2) {
      bytes[index >> 1] = this.#encodePair(samples[index]!, samples[index + 1]!);
    }
  }

  /** Splits the sound in two bands (block 1: the transmit quadrature mirror filter), and quantizes a sample of each. */
  #encodePair(even: number, odd: number): number {
    const at = this.#at;
    this.#even[at] = even;
    this.#even[at + taps] = even;
    this.#odd[at] = odd;
    this.#odd[at + taps] = odd;
    this.#at = (at + 1) % taps;
    let evenSum = 0;
    let oddSum = 0;
    const oldest = this.#at;
    for (let tap = 0; tap < taps; tap++) {
      oddSum += this.#odd[oldest + tap]! * mirrorCoefficients[taps - 1 - tap]!;
      evenSum += this.#even[oldest + tap]! * mirrorCoefficients[tap]!;
    }
    return (this.#encodeHigh((oddSum - evenSum) >> 14) << 6) | this.#encodeLow((evenSum + oddSum) >> 14);
  }

  /** Blocks 1L to 4L: QUANTL, INVQAL and what adapts. */
  #encodeLow(sample: number): number {
    const low = this.#low;
    const error = saturate(sample - low.prediction);
    const magnitude = error >= 0 ? error : ~error;
    const interval = intervalOf(magnitude, low.scale);
    const code = codes[error >= 0 ? interval : lowIntervals + 1 + interval]!;
    low.adapt((low.scale * lowValues4[code >> 2]!) >> 15, lowSteps[code >> 2]!);
    return code;
  }

  /** Blocks 1H to 4H: QUANTH, INVQAH and what adapts. */
  #encodeHigh(sample: number): number {
    const high = this.#high;
    const error = saturate(sample - high.prediction);
    const magnitude = error >= 0 ? error : ~error;
    const outer = magnitude >= (highDecision * high.scale) >> 12;
    const code = (error >= 0 ? 2 : 0) + (outer ? 0 : 1);
    high.adapt((high.scale * highValues[code]!) >> 15, highSteps[code]!);
    return code;
  }
}

/** The interval from 1 to 30 whose upper decision level is the first one above `magnitude`, found by halving. */
function intervalOf(magnitude: number, scale: number): number {
  let interval = 1;
  let above = lowIntervals;
  while (interval < above) {
    const middle = (interval + above) >> 1;
    if (magnitude >= (lowDecisions[middle]! * scale) >> 12) interval = middle + 1;
    else above = middle;
  }
  return interval;
}

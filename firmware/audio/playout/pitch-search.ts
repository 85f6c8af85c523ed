/** Pitch periods from 2.5 ms (400 Hz) to 15 ms (67 Hz). */
export const shortestPeriod = 0.0025;
export const longestPeriod = 0.015;
/** Sound is first compared at this rate, then more finely around what was found. */
const coarseRate = 4000;
/** Longest stretch of sound that is looked at, in seconds. */
const longestSpan = 0.06;

/**
 * Finds by how much sound must be shifted to be most like itself: in speech one period of the vocal cords, or several.
 * Likeness is the normalised cross-correlation.
 */
export class PitchSearch {
  /** Of the lag that `find` returned: 1 for sound that repeats itself exactly, 0 for sound that does not. */
  likeness = 0;
  readonly #step: number;
  readonly #coarse: Float64Array;

  constructor(sampleRate: number) {
    this.#step = sampleRate / coarseRate;
    this.#coarse = new Float64Array(longestSpan * coarseRate);
  }

  /**
   * The lag from `least` to `most` by which the `length` samples from `at` on are most like those `lag` before them or,
   * where `later` is true, after them. All in samples; 60 ms may be looked at in all.
   */
  find(samples: Int16Array, at: number, length: number, least: number, most: number, later: boolean): number {
    const step = this.#step;
    const from = later ? at : at - most;
    const count = Math.min(this.#coarse.length, Math.floor((length + most) / step));
    for (let index = 0; index < count; index++) {
      let sum = 0;
      for (let part = 0; part < step; part++) sum += samples[from + index * step + part]!;
      this.#coarse[index] = sum;
    }
    const coarseAt = later ? 0 : Math.floor(most / step);
    const sign = later ? 1 : -1;
    const coarse = this.#search(
      this.#coarse,
      coarseAt,
      Math.floor(length / step),
      Math.ceil(least / step),
      Math.floor(most / step),
      sign,
    );
    const first = Math.max(least, coarse * step - step);
    const last = Math.min(most, coarse * step + step);
    return this.#search(samples, at, length, first, last, sign);
  }

  #search(
    samples: Int16Array | Float64Array,
    at: number,
    length: number,
    least: number,
    most: number,
    sign: number,
  ): number {
    let own = 1;
    for (let index = 0; index < length; index++) own += samples[at + index]! ** 2;
    let best = least;
    this.likeness = -1;
    for (let lag = least; lag <= most; lag++) {
      const other = at + sign * lag;
      let product = 0;
      let energy = 1;
      for (let index = 0; index < length; index++) {
        const sample = samples[other + index]!;
        product += samples[at + index]! * sample;
        energy += sample * sample;
      }
      const likeness = product / Math.sqrt(own * energy);
      if (likeness <= this.likeness) continue;
      this.likeness = likeness;
      best = lag;
    }
    return best;
  }
}

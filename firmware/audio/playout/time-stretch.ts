import {longestPeriod, PitchSearch, shortestPeriod} from './pitch-search.ts';
import type {SoundLine} from './sound-line.ts';

/** Sound that is compared to find its pitch, in seconds. */
const comparedSeconds = 0.01;

/**
 * Makes sound that waits shorter or longer without changing its pitch: one period of it is left out or put in, faded over
 * (a synchronised overlap-add). Pauses, which have no pitch, may change by any number of samples.
 */
export class TimeStretch {
  readonly #search: PitchSearch;
  readonly #shortest: number;
  readonly #longest: number;
  readonly #compared: number;

  constructor(sampleRate: number) {
    this.#search = new PitchSearch(sampleRate);
    this.#shortest = shortestPeriod * sampleRate;
    this.#longest = longestPeriod * sampleRate;
    this.#compared = comparedSeconds * sampleRate;
  }

  /** Samples that should wait for `shorten` to find what it may. */
  get wanted(): number {
    return 2 * this.#longest;
  }

  /**
   * Leaves out a period at the head of `line`, `most` samples at most. Returns how many were left out: none where the sound
   * does not repeat itself by at least `likeness` (0 to 1; 0: it is a pause).
   */
  shorten(line: SoundLine, most: number, likeness: number): number {
    const longest = Math.min(most, this.#longest, line.waiting >> 1);
    const {samples, head} = line;
    let count = longest;
    if (likeness > 0) {
      if (longest < this.#shortest) return 0;
      const compared = Math.min(this.#compared, line.waiting - longest);
      count = this.#search.find(samples, head, compared, this.#shortest, longest, true);
      if (this.#search.likeness < likeness) return 0;
    }
    for (let index = 0; index < count; index++) {
      const share = (index + 0.5) / count;
      samples[head + index] = samples[head + index]! * (1 - share) + samples[head + count + index]! * share;
    }
    line.remove(head + count, count);
    return count;
  }

  /**
   * Puts in a period at the head of `line`, `least` samples where a period may be as long. Returns how many were put in:
   * none where the sound does not repeat itself by at least `likeness`.
   */
  lengthen(line: SoundLine, least: number, likeness: number): number {
    if (line.waiting < this.#longest) return 0;
    let count = Math.min(least, this.#longest);
    if (likeness > 0) {
      const shortest = least > this.#longest ? this.#shortest : Math.max(least, this.#shortest);
      const compared = Math.min(this.#compared, line.waiting);
      count = this.#search.find(line.samples, line.head, compared, shortest, this.#longest, false);
      if (this.#search.likeness < likeness) return 0;
    }
    line.extend(count);
    const {samples, head} = line;
    samples.copyWithin(head + count, head, line.end - count);
    for (let index = 0; index < count; index++) {
      const share = (index + 0.5) / count;
      samples[head + index] =
        samples[head + count + index]! * (1 - share) + samples[head - count + index]! * share;
    }
    return count;
  }
}

import {longestPeriod, PitchSearch} from './pitch-search.ts';
import type {SoundLine} from './sound-line.ts';

/** Sound before the gap that is compared to find its pitch, in seconds. */
const comparedSeconds = 0.02;
/** Of a high voice two periods at least are repeated; in seconds. */
const leastPeriod = 0.005;
/** Sound without a pitch is repeated by this much, in seconds, which does not buzz. */
const unvoicedPeriod = longestPeriod;
/** Less like itself than this, sound has no pitch. */
const leastLikeness = 0.2;
/** What is made up fades out in so many seconds. */
const fadeSeconds = 0.07;
/** From a repeated part to the next, and from what is made up to what comes then, sound is faded for so long at most. */
const joinSeconds = 0.002;
const returnSeconds = 0.0025;

/**
 * Makes up sound for gaps, in the way of ITU-T G.711 appendix I: the last pitch period is repeated, after 20 ms the last
 * two, after 40 ms the last three so that it does not sound like an organ, and all of it fades out.
 */
export class Concealment {
  readonly #search: PitchSearch;
  readonly #rate: number;
  /** What was heard before the gap; the last sample is its last. */
  readonly #before: Float64Array;
  /** What is made up next, a frame at a time. Numbers that are not whole would be allocated if they went from function to function. */
  readonly #next: Float64Array;
  readonly #join: number;
  #period = 0;
  #periods = 1;
  /** Place in the part that is being repeated. */
  #at = 0;
  #made = 0;

  constructor(sampleRate: number) {
    this.#search = new PitchSearch(sampleRate);
    this.#rate = sampleRate;
    this.#next = new Float64Array(0.02 * sampleRate);
    this.#join = joinSeconds * sampleRate;
    this.#before = new Float64Array(3 * longestPeriod * sampleRate + this.#join);
  }

  /** Whether the last sound of the line was made up. */
  get active(): boolean {
    return this.#made > 0;
  }

  /** What was made up is not to go on. */
  reset(): void {
    this.#made = 0;
  }

  /** Makes up `count` samples at the end of `line`. */
  fill(line: SoundLine, count: number): void {
    if (this.#made === 0) this.#begin(line);
    for (let left = count; left > 0; ) {
      const length = Math.min(left, this.#next.length);
      this.#make(length);
      const at = line.extend(length);
      for (let index = 0; index < length; index++) line.samples[at + index] = this.#next[index]!;
      left -= length;
    }
  }

  /** Sound ends here: what it would have gone on with is to fade over, by `return`, to what comes. */
  lead(line: SoundLine): void {
    if (this.#made > 0) return;
    this.#begin(line);
    this.#make(1);
  }

  /** Sound is there again, `count` samples from `at` on: fades over to it. */
  return(line: SoundLine, at: number, count: number): void {
    if (this.#made === 0) return;
    const length = Math.min(count, returnSeconds * this.#rate);
    this.#make(length);
    for (let index = 0; index < length; index++) {
      const share = (index + 0.5) / length;
      line.samples[at + index] = this.#next[index]! * (1 - share) + line.samples[at + index]! * share;
    }
    this.#made = 0;
  }

  #begin(line: SoundLine): void {
    const before = this.#before;
    const start = line.end - before.length;
    for (let index = 0; index < before.length; index++) before[index] = line.samples[start + index]!;
    const compared = comparedSeconds * this.#rate;
    const shortest = leastPeriod * this.#rate;
    const longest = longestPeriod * this.#rate;
    this.#period = this.#search.find(line.samples, line.end - compared, compared, shortest, longest, false);
    if (this.#search.likeness < leastLikeness) this.#period = unvoicedPeriod * this.#rate;
    this.#periods = 1;
    this.#at = 0;
  }

  /** Makes the next `count` samples, into `#next`. */
  #make(count: number): void {
    const before = this.#before;
    const {length} = before;
    const fade = fadeSeconds * this.#rate;
    const join = Math.min(this.#join, this.#period >> 2);
    for (let index = 0; index < count; index++) {
      const part = this.#periods * this.#period;
      let value = before[length - part + this.#at]!;
      const left = part - this.#at;
      // The last of the part fades to what came before the part that is next, so that the one goes on in the other.
      if (left <= join) {
        const share = 1 - (left - 0.5) / join;
        value += (before[length - this.#following * this.#period - left]! - value) * share;
      }
      // The very first follows sound as it was; that sound backwards leads over.
      if (this.#made < join) {
        const share = (this.#made + 0.5) / join;
        value = before[length - 1 - this.#made]! * (1 - share) + value * share;
      }
      this.#next[index] = value * Math.max(0, 1 - this.#made / fade);
      this.#made++;
      if (++this.#at < part) continue;
      this.#periods = this.#following;
      this.#at = 0;
    }
  }

  /** How many periods the next part has. */
  get #following(): number {
    return Math.min(3, 1 + Math.floor(this.#made / (0.02 * this.#rate)));
  }
}

import {longestPeriod, PitchSearch} from './pitch-search.ts';
import type {SoundLine} from './sound-line.ts';

/** Sound on each side of a gap that is compared to find its pitch, and to find how the two fit, in seconds. */
const comparedSeconds = 0.02;
/** Of a high voice two periods at least are repeated; in seconds. */
const leastPeriod = 0.005;
/** Less like itself than this, sound has no pitch. */
const leastLikeness = 0.2;
/** Less like each other than this, the two sides are not one voice: each fades on its own. */
const leastFit = 0.7;
/** What the likeness must gain for a shift by half a period. */
const shiftCost = 0.1;
/** By so much at most the pitch is taken to change over the gap. */
const largestChange = 1.3;
/** From a repeated period to the next sound fades for so long, in seconds. */
const joinSeconds = 0.002;
/** Longest gap, in seconds. */
const longestGap = 0.06;
/** What was there lies before what is made up. */
const margin = 2;

/** Goes on with the sound on one side of a gap into it, period by period. */
class Continuation {
  period = 0;
  /** How much the sound is like itself a period away. */
  likeness = 0;
  /** What is made up, the first sample beside the gap's edge at `margin`; the two before it are the last that were there. */
  readonly made: Float64Array;
  readonly #search: PitchSearch;
  readonly #rate: number;

  constructor(sampleRate: number, longest: number) {
    this.made = new Float64Array(margin + longest);
    this.#search = new PitchSearch(sampleRate);
    this.#rate = sampleRate;
  }

  /** The sound is that which ends before `edge` or, where `later`, begins there; `there` samples of it are known. */
  goOn(samples: Int16Array, edge: number, there: number, later: boolean): void {
    const longest = Math.min(longestPeriod * this.#rate, (3 * there) >> 2);
    const compared = Math.min(comparedSeconds * this.#rate, there - longest);
    const shortest = Math.min(leastPeriod * this.#rate, longest);
    const at = later ? edge : edge - compared;
    this.period = this.#search.find(samples, at, compared, shortest, longest, later);
    this.likeness = this.#search.likeness;
    if (this.likeness < leastLikeness) this.period = longest;
    this.#repeat(
      samples,
      later ? edge : edge - 1,
      later ? 1 : -1,
      Math.min(joinSeconds * this.#rate, this.period >> 2, there - this.period),
    );
  }

  /** `last` is the sample beside the edge; one further away lies `away` from it. */
  #repeat(samples: Int16Array, last: number, away: number, join: number): void {
    const {made, period} = this;
    made[0] = samples[last + away]!;
    made[1] = samples[last]!;
    for (let index = 0; index < made.length - margin; index++) {
      const back = period - 1 - (index % period);
      let value = samples[last + away * back]!;
      // The end of the period fades to what came before it, so that it goes on in its own beginning.
      if (back < join) {
        const share = 1 - (back + 0.5) / join;
        value += (samples[last + away * (back + period)]! - value) * share;
      }
      made[margin + index] = value;
    }
  }
}

/**
 * Makes up the sound of a gap after which there is sound already: what was before goes on into the gap, what comes after is
 * gone on with backwards, and the one fades over to the other. Where both are one voice its pitch is bent a little over the
 * gap, so that both are in step all the time and arrive in step.
 */
export class GapBridge {
  /** Longest gap, in samples. */
  readonly longest: number;
  readonly #before: Continuation;
  readonly #after: Continuation;
  readonly #forwards: Float64Array;
  readonly #backwards: Float64Array;
  readonly #rate: number;

  constructor(sampleRate: number) {
    this.#rate = sampleRate;
    this.longest = longestGap * sampleRate;
    this.#forwards = new Float64Array(this.longest);
    this.#backwards = new Float64Array(this.longest);
    const around = (longestPeriod + comparedSeconds) * sampleRate;
    this.#before = new Continuation(sampleRate, this.longest + around);
    this.#after = new Continuation(sampleRate, largestChange * (this.longest + around));
  }

  /** Fills `gap` samples of `line` from `at` on, up to `longest`; `there` samples after them are known. */
  fill(line: SoundLine, at: number, gap: number, there: number): void {
    const {samples} = line;
    const [before, after] = [this.#before, this.#after];
    before.goOn(samples, at, line.history, false);
    after.goOn(samples, at + gap, there, true);
    if (before.likeness < leastLikeness) {
      this.#fade(samples, at, gap);
      return;
    }
    const shift = this.#findShift(samples, at + gap, gap, Math.min(there, comparedSeconds * this.#rate));
    if (shift === undefined) this.#fade(samples, at, gap);
    else this.#bend(samples, at, gap, shift);
  }

  /** By how many samples what goes on must be ahead at the end of the gap to be in step; undefined: it does not fit. */
  #findShift(samples: Int16Array, end: number, gap: number, compared: number): number | undefined {
    const {made, period} = this.#before;
    const most = period >> 1;
    let own = 1;
    for (let index = 0; index < compared; index++) own += samples[end + index]! ** 2;
    let best = leastFit;
    let found: number | undefined;
    for (let shift = -most; shift <= most; shift++) {
      const from = margin + gap + shift;
      let product = 0;
      let energy = 1;
      for (let index = 0; index < compared; index++) {
        const sample = made[from + index]!;
        product += sample * samples[end + index]!;
        energy += sample * sample;
      }
      const fit = product / Math.sqrt(own * energy) - (shiftCost * Math.abs(shift)) / most;
      if (fit <= best) continue;
      best = fit;
      found = shift;
    }
    return found;
  }

  /** Both sides in step. */
  #bend(samples: Int16Array, at: number, gap: number, shift: number): void {
    const [before, after] = [this.#before, this.#after];
    const ratio = after.likeness < leastLikeness ? 1 : pitchChange(before.period, after.period);
    const [forwards, backwards] = [this.#forwards, this.#backwards];
    resample(before.made, margin, 1 + shift / gap, forwards, gap);
    const length = ratio * (gap + shift);
    resample(after.made, margin - 1 + length, -length / gap, backwards, gap);
    for (let index = 0; index < gap; index++) {
      const share = (index + 0.5) / gap;
      samples[at + index] = clipped(forwards[index]! * (1 - share) + backwards[index]! * share);
    }
  }

  /** Both sides as they are; two sounds that have nothing to do with each other add up by their powers. */
  #fade(samples: Int16Array, at: number, gap: number): void {
    const [before, after] = [this.#before.made, this.#after.made];
    for (let index = 0; index < gap; index++) {
      const share = (index + 0.5) / gap;
      const forwards = before[margin + index]!;
      const backwards = after[margin + gap - 1 - index]!;
      samples[at + index] = clipped(forwards * Math.sqrt(1 - share) + backwards * Math.sqrt(share));
    }
  }
}

/** By how much one period is longer than the other, where each may have been found as two or three of them. */
function pitchChange(before: number, after: number): number {
  let best = largestChange;
  let change = 1;
  for (let first = 1; first <= 3; first++) {
    for (let second = 1; second <= 3; second++) {
      const ratio = (after * first) / (before * second);
      const distance = Math.max(ratio, 1 / ratio);
      if (distance >= best) continue;
      best = distance;
      change = ratio;
    }
  }
  return change;
}

/**
 * The first `count` of `result` become samples of `samples` from `start` on, `step` apart, on cubic curves through the four
 * around each (Catmull and Rom).
 */
function resample(
  samples: Float64Array,
  start: number,
  step: number,
  result: Float64Array,
  count: number,
): void {
  for (let index = 0; index < count; index++) {
    const place = start + index * step;
    const at = Math.floor(place);
    const share = place - at;
    const first = samples[at - 1]!;
    const second = samples[at]!;
    const third = samples[at + 1]!;
    const fourth = samples[at + 2]!;
    const cubic = 3 * (second - third) + fourth - first;
    const square = 2 * first - 5 * second + 4 * third - fourth;
    result[index] = second + 0.5 * share * (third - first + share * (square + share * cubic));
  }
}

function clipped(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(value)));
}

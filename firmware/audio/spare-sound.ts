import {frameSamples, frameTime, sampleRate} from './frame.ts';
import {Loudness} from './playout/loudness.ts';

/** For so many frames a pause is waited for: 4 s. */
const patience = 4000 / frameTime;
/** From what is before a cut to what is behind it sound is faded for so many samples: 5 ms. */
const join = 0.005 * sampleRate;
/** The most that can be left out of a single frame, in samples. */
const most = frameSamples - join;

/** Decides when sound that waits without need is left out, so that nobody hears it: in a pause, or at last when none came. */
export class SpareSound {
  readonly #loudness = new Loudness();
  #waited = 0;
  /** What is being left out, and whether in the midst of speech. */
  #left = 0;
  #forced = false;

  /** Takes the next frame, when `spare` samples may be left out; returns how many of this frame shall be. */
  due(spare: number, frame: Int16Array): number {
    this.#loudness.hear(frame);
    const {quiet} = this.#loudness;
    this.#waited = spare > 0 ? this.#waited + 1 : 0;
    if (spare > 0 && (quiet || this.#waited > patience)) {
      this.#left = Math.floor(spare);
      this.#forced = !quiet;
    } else if (!quiet && !this.#forced) this.#left = 0;
    const due = Math.min(most, this.#left);
    this.#left -= due;
    return due;
  }
}

/** Leaves `spare` samples out at the start of the first `count` of `samples`; returns how many are left. */
export function leaveOut(samples: Int16Array, count: number, spare: number): number {
  for (let index = 0; index < join; index++) {
    const share = (index + 0.5) / join;
    samples[index] = samples[index]! * (1 - share) + samples[spare + index]! * share;
  }
  samples.copyWithin(join, spare + join, count);
  return count - spare;
}

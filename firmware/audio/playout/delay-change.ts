import {Loudness} from './loudness.ts';
import type {SoundLine} from './sound-line.ts';
import {TimeStretch} from './time-stretch.ts';

/** As much off, sound is stretched in each frame rather than in every second one; ms. */
const urgent = 60;
/** How much sound must be like itself to be stretched, and where it is urgent. */
const likeness = 0.75;
const urgentLikeness = 0.5;

/** Brings the delay to where it should be by stretching sound: in pauses as it likes, in speech with rests. */
export class DelayChange {
  /** Samples that were put in or left out. */
  stretched = 0;
  readonly #perMs: number;
  readonly #stretch: TimeStretch;
  readonly #loudness = new Loudness();
  /** How much sound must be like itself now. */
  #like = 0;
  #rested = true;

  constructor(sampleRate: number) {
    this.#perMs = sampleRate / 1000;
    this.#stretch = new TimeStretch(sampleRate);
  }

  /** Samples that should wait for sound to be shortened. */
  get wanted(): number {
    return this.#stretch.wanted;
  }

  /** Whether the last frame that was heard was part of a pause. */
  get quiet(): boolean {
    return this.#loudness.quiet;
  }

  /** A frame is heard. */
  hear(frame: Int16Array): void {
    this.#loudness.hear(frame);
  }

  /** Whether sound may be stretched now, before the next frame of `count` samples, for a delay that is `off` ms too long. */
  mayStretch(line: SoundLine, off: number, count: number): boolean {
    const quiet = this.#loudness.isQuiet(line, count);
    const hasty = Math.abs(off) > urgent;
    this.#like = quiet ? 0 : hasty ? urgentLikeness : likeness;
    if (quiet || hasty || this.#rested) return true;
    this.#rested = true;
    return false;
  }

  /** Stretches what is to be played next, for a delay that is `off` ms too long. */
  stretch(line: SoundLine, off: number): void {
    const samples = Math.floor(Math.abs(off) * this.#perMs);
    const changed =
      off > 0
        ? this.#stretch.shorten(line, samples, this.#like)
        : this.#stretch.lengthen(line, samples + 1, this.#like);
    if (changed > 0) this.#rested = false;
    this.stretched += changed;
  }
}

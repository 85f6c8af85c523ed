import {frameSamples} from './frame.ts';

/** Over this many samples the repeated sound fades to silence: 60 ms. */
const fadeSamples = 3 * frameSamples;

/**
 * Fills gaps in the sound: the last frame that was whole is repeated and fades out, so that a single lost
 * packet does not click and a long gap does not buzz.
 */
export class Concealment {
  readonly #last = new Int16Array(frameSamples);
  /** Samples filled in since sound was last there. */
  #filled = fadeSamples;

  /** A frame without gaps was played. */
  remember(frame: Int16Array): void {
    this.#last.set(frame);
    this.#filled = 0;
  }

  /** The next sample of a gap; `index` is its place in the frame. */
  sample(index: number): number {
    if (this.#filled >= fadeSamples) return 0;
    const gain = 1 - this.#filled / fadeSamples;
    this.#filled++;
    return Math.round(this.#last[index]! * gain);
  }

  /** Nothing is left to repeat. */
  reset(): void {
    this.#filled = fadeSamples;
  }
}

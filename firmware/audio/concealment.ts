/** Over this many frames the repeated sound fades to silence: 60 ms. */
const fadeFrames = 3;

/**
 * Fills gaps in the sound: the last frame that was whole is repeated and fades out, so that a single lost
 * packet does not click and a long gap does not buzz.
 */
export class Concealment {
  readonly #last: Int16Array;
  readonly #fadeSamples: number;
  /** Samples filled in since sound was last there. */
  #filled: number;

  /** `frameSamples`: how many samples a frame has. */
  constructor(frameSamples: number) {
    this.#last = new Int16Array(frameSamples);
    this.#fadeSamples = fadeFrames * frameSamples;
    this.#filled = this.#fadeSamples;
  }

  /** A frame without gaps was played. */
  remember(frame: Int16Array): void {
    this.#last.set(frame);
    this.#filled = 0;
  }

  /** The next sample of a gap; `index` is its place in the frame. */
  sample(index: number): number {
    if (this.#filled >= this.#fadeSamples) return 0;
    const gain = 1 - this.#filled / this.#fadeSamples;
    this.#filled++;
    return Math.round(this.#last[index]! * gain);
  }

  /** Nothing is left to repeat. */
  reset(): void {
    this.#filled = this.#fadeSamples;
  }
}

import {frameSamples} from './frame.ts';

/** Plays a piece of sound frame by frame, once. */
export class Announcement {
  #samples = new Int16Array();
  #position = 0;

  get playing(): boolean {
    return this.#position < this.#samples.length;
  }

  /** `samples` at the rate of the firmware's sound. What was playing ends. */
  start(samples: Int16Array): void {
    this.#samples = new Int16Array(samples);
    this.#position = 0;
  }

  stop(): void {
    this.start(new Int16Array());
  }

  /** Fills `frame` with the next 20 ms, silence after the end. */
  pull(frame: Int16Array): void {
    const part = this.#samples.subarray(this.#position, this.#position + frameSamples);
    frame.set(part);
    frame.fill(0, part.length);
    this.#position += frameSamples;
  }
}

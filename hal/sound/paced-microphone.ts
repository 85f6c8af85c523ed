import type {Clock} from '../hal.ts';
import {type Microphone, PAUSE_MS, USUAL_TIMING} from './direction.ts';
import type {Recording} from './wav-file.ts';

/**
 * A microphone that hears a recording once, then silence, at the pace of the clock. The recording begins when
 * capture begins: at the first read, and at the first read after a pause.
 */
export class PacedMicrophone implements Microphone {
  xruns = 0;
  readonly fault = undefined;
  readonly rate: number;
  readonly #recording: Int16Array;
  readonly #clock: Clock;
  #startedAt = 0;
  #lastRead = Number.NEGATIVE_INFINITY;
  /** Samples since the start that were read or have overrun. */
  #position = 0;

  /** An empty `recording` is silence. */
  constructor(recording: Recording, clock: Clock) {
    this.#recording = recording.samples;
    this.rate = recording.rate;
    this.#clock = clock;
  }

  read(samples: Int16Array): number {
    const now = this.#clock.now();
    if (now - this.#lastRead >= PAUSE_MS) {
      this.#startedAt = now;
      this.#position = 0;
    }
    this.#lastRead = now;
    const captured = Math.floor(((now - this.#startedAt) * this.rate) / 1000);
    const buffered = (USUAL_TIMING.bufferMs * this.rate) / 1000;
    if (captured - this.#position > buffered) {
      this.xruns += 1;
      this.#position = captured - buffered;
    }
    const count = Math.min(captured - this.#position, samples.length);
    const heard = this.#recording.subarray(this.#position, this.#position + count);
    samples.set(heard);
    samples.fill(0, heard.length, count);
    this.#position += count;
    return count;
  }

  check(): void {}

  close(): void {}
}

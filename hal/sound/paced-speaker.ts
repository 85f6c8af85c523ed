import type {Clock} from '../hal.ts';
import {PAUSE_MS, type Speaker, START_MS, USUAL_TIMING} from './direction.ts';

/** Where a paced speaker's sound goes. */
export interface Recorder {
  append(samples: Int16Array): void;
  close(): void;
}

/** A speaker that takes sound at the pace of the clock, and records or discards it. */
export class PacedSpeaker implements Speaker {
  xruns = 0;
  readonly fault = undefined;
  readonly rate: number;
  readonly #clock: Clock;
  readonly #recorder: Recorder | undefined;
  /** When the sample number 0 was heard; undefined while the queue fills for the start. */
  #startedAt: number | undefined;
  /** Samples taken since the queue was last empty. */
  #taken = 0;
  #lastWrite = 0;

  constructor(rate: number, clock: Clock, recorder: Recorder | undefined) {
    this.rate = rate;
    this.#clock = clock;
    this.#recorder = recorder;
  }

  write(samples: Int16Array): number {
    const now = this.#clock.now();
    this.#stopWhenEmpty(now);
    this.#lastWrite = now;
    const room = (USUAL_TIMING.bufferMs * this.rate) / 1000 - this.#queued(now);
    const taken = Math.min(samples.length, room);
    this.#recorder?.append(samples.subarray(0, taken));
    this.#taken += taken;
    if (this.#startedAt === undefined && this.#taken >= (START_MS * this.rate) / 1000) this.#startedAt = now;
    return taken;
  }

  delay(): number {
    return Math.max(0, this.#queued(this.#clock.now()));
  }

  check(): void {}

  close(): void {
    this.#recorder?.close();
  }

  /** Taken and not yet heard; negative after an underrun. */
  #queued(now: number): number {
    if (this.#startedAt === undefined) return this.#taken;
    return this.#taken - Math.floor(((now - this.#startedAt) * this.rate) / 1000);
  }

  #stopWhenEmpty(now: number): void {
    if (this.#queued(now) >= 0) return;
    if (now - this.#lastWrite < PAUSE_MS) this.xruns += 1;
    this.#startedAt = undefined;
    this.#taken = 0;
  }
}

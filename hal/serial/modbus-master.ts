import type {Clock, Timer} from '../hal.ts';
import {type CoilAnswer, CoilAnswers} from './modbus-frame.ts';

/** 3.5 characters of 10 bits at 9600 bit/s part one frame from the next; with room for adapters. */
const SILENCE = 5;
/** So long the answer to a request may take; ms. */
export const ANSWER_TIME = 300;

/** The one that asks on a Modbus line: a request at a time, repeated where no answer comes. */
export class ModbusMaster {
  readonly #send: (bytes: Uint8Array) => void;
  readonly #clock: Clock;
  #answers: CoilAnswers | undefined;
  #done: ((answer: CoilAnswer | undefined) => void) | undefined;
  #timer: Timer | undefined;
  #lastByteAt = Number.NEGATIVE_INFINITY;

  constructor(send: (bytes: Uint8Array) => void, clock: Clock) {
    this.#send = send;
    this.#clock = clock;
  }

  /** Sends a request, one at a time. `done` gets the answer; undefined where none came to any of so many attempts. */
  ask(request: Uint8Array, attempts: number, done: (answer: CoilAnswer | undefined) => void): void {
    this.#done = done;
    this.#attempt(request, attempts);
  }

  /** Takes what came over the line. */
  receive(bytes: Uint8Array): void {
    this.#lastByteAt = this.#clock.now();
    const answer = this.#answers?.push(bytes);
    if (answer !== undefined) this.#finish(answer);
  }

  /** Nothing is sent or told any more. */
  close(): void {
    this.#timer?.cancel();
    this.#done = undefined;
    this.#answers = undefined;
  }

  #attempt(request: Uint8Array, left: number): void {
    if (left === 0) {
      this.#finish(undefined);
      return;
    }
    const silentFor = this.#clock.now() - this.#lastByteAt;
    this.#timer = this.#clock.after(Math.max(0, SILENCE - silentFor), () => {
      this.#answers = new CoilAnswers(request);
      this.#send(request);
      this.#timer = this.#clock.after(ANSWER_TIME, () => this.#attempt(request, left - 1));
    });
  }

  #finish(answer: CoilAnswer | undefined): void {
    const done = this.#done;
    this.close();
    done?.(answer);
  }
}

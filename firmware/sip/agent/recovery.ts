import type {Clock} from '../../base/clock.ts';
import type {RandomBytes} from '../../base/random.ts';
import {retryDelay} from './registration-times.ts';

/** How long (ms) a registration must have lasted for what failed before it to be forgotten. */
const steadyTime = 30_000;

/**
 * The pauses before a registration is tried again (RFC 5626 section 4.5): the longer the more often it failed since one
 * last lasted; none at all where one breaks that has lasted.
 */
export class Recovery {
  #clock: Clock;
  #random: RandomBytes;
  /** Attempts that have failed, and registrations that did not last. */
  #failures = 0;
  /** When (clock time) the present registration began; undefined while there is none. */
  #since: number | undefined;

  constructor(clock: Clock, random: RandomBytes) {
    this.#clock = clock;
    this.#random = random;
  }

  /** What failed before says nothing any more: the network is another one. */
  forgetFailures(): void {
    this.#failures = 0;
  }

  /** It is registered; `anew` where it was not before, or elsewhere. */
  registered(anew: boolean): void {
    if (anew || this.#since === undefined) this.#since = this.#clock.now();
  }

  /** It is registered no more, for an attempt failed; returns the pause (ms). */
  failed(): number {
    const {lasted} = this;
    this.#since = undefined;
    if (lasted) this.#failures = 0;
    return retryDelay(this.#failures++, this.#random);
  }

  /** It is registered no more, for the way to the server broke; returns the pause (ms). */
  broke(): number {
    if (!this.lasted) return this.failed();
    this.#since = undefined;
    this.#failures = 0;
    return 0;
  }

  private get lasted(): boolean {
    return this.#since !== undefined && this.#clock.now() - this.#since >= steadyTime;
  }
}

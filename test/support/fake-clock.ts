import type {Clock, Timer} from '../../hal/hal.ts';

interface Pending {
  readonly at: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until a test moves it. Timers fire in the order of their times, and of their
 * making where the times are equal; while one fires, `now()` is exactly the time it was set for.
 */
export class FakeClock implements Clock {
  #now = 0;
  #wallOffset: number;
  // In order of making, which breaks ties.
  #timers = new Set<Pending>();

  /** `wallStart` is the wall-clock time, in ms since 1970, that belongs to `now() === 0`. */
  constructor(wallStart = Date.UTC(2026, 0, 1)) {
    this.#wallOffset = wallStart;
  }

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#wallOffset + this.#now;
  }

  after(milliseconds: number, callback: () => void): Timer {
    const timer = {at: this.#now + Math.max(0, milliseconds), callback};
    this.#timers.add(timer);
    return {cancel: () => void this.#timers.delete(timer)};
  }

  /** How many timers wait: 0 when nothing is left behind. */
  get pending(): number {
    return this.#timers.size;
  }

  /** The time (ms) at which the next timer fires; undefined when none waits. */
  get next(): number | undefined {
    return this.#earliest()?.at;
  }

  /** Moves the time on by `milliseconds` and fires all that falls due, also what the callbacks add. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let timer = this.#earliest(); timer && timer.at <= end; timer = this.#earliest()) this.#fire(timer);
    this.#now = end;
  }

  /** Moves the time to the next timer and fires it alone; false when none waits. */
  advanceToNext(): boolean {
    const timer = this.#earliest();
    if (timer) this.#fire(timer);
    return timer !== undefined;
  }

  #fire(timer: Pending): void {
    this.#timers.delete(timer);
    this.#now = timer.at;
    timer.callback();
  }

  #earliest(): Pending | undefined {
    let earliest: Pending | undefined;
    for (const timer of this.#timers) if (!earliest || timer.at < earliest.at) earliest = timer;
    return earliest;
  }
}

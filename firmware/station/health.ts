import type {Watchdog} from '../../hal/hal.ts';
import type {Clock, Timer} from '../base/clock.ts';

/** So many meals within the patience of the most impatient watchdog. */
const MEALS = 3;

/**
 * Feeds the watchdogs for as long as both threads work: this one, whose clock calls, and the media thread, which has to
 * answer first. Nothing else counts: neither the network nor a server is a reason to start anew.
 */
export class Health {
  readonly #watchdogs: readonly Watchdog[];
  readonly #mediaAnswers: () => Promise<void>;
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #asking = false;

  /** `mediaAnswers` resolves when the media thread has answered, and rejects when there is none. */
  constructor(options: {
    watchdogs: readonly Watchdog[];
    mediaAnswers: () => Promise<void>;
    clock: Clock;
  }) {
    this.#watchdogs = options.watchdogs;
    this.#mediaAnswers = options.mediaAnswers;
    this.#clock = options.clock;
  }

  /** Feeds at once, and from then on. */
  start(): void {
    if (this.#watchdogs.length === 0) return;
    const interval = Math.min(...this.#watchdogs.map(({patience}) => patience)) / MEALS;
    const next = () => {
      this.#timer = this.#clock.after(interval, next);
      void this.#feed();
    };
    next();
  }

  /** Feeds no more, and ends the watch. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const watchdog of this.#watchdogs) watchdog.close();
  }

  async #feed(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      await this.#mediaAnswers();
      if (this.#timer !== undefined) for (const watchdog of this.#watchdogs) watchdog.feed();
    } catch {
      // The thread is gone: the watchdogs are to act.
    }
    this.#asking = false;
  }
}

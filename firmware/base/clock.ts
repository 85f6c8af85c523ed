import type {Clock, Timer} from '../../hal/hal.ts';

export type {Clock, Timer};

class SystemTimer implements Timer {
  readonly #handle: NodeJS.Timeout;

  constructor(handle: NodeJS.Timeout) {
    this.#handle = handle;
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }
}

/** The machine's own clock: monotonic time and real timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  after(milliseconds, callback) {
    return new SystemTimer(setTimeout(callback, milliseconds));
  },
};

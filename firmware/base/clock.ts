import type {Clock, Timer} from '../../hal/hal.ts';

export type {Clock, Timer};

/** The machine's own clock: monotonic time and real timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  after(milliseconds, callback) {
    const handle = setTimeout(callback, milliseconds);
    return {cancel: () => clearTimeout(handle)};
  },
};

import type {Clock, Timer} from '../../base/clock.ts';

/** The times that all timers of RFC 3261 (table 4) and RFC 6026 are made of, in ms. */
export interface TimerValues {
  /** Round-trip time estimate: first retransmission interval. */
  readonly T1: number;
  /** Longest retransmission interval of non-INVITE requests and INVITE responses. */
  readonly T2: number;
  /** How long a message may stay in the network. */
  readonly T4: number;
}

/** The values RFC 3261 recommends. */
export const defaultTimers: TimerValues = {T1: 500, T2: 4000, T4: 5000};

/** The time (ms) after which a request without an answer has failed: timers B, D, F, H, J, L and M. */
export function timeLimit({T1}: TimerValues): number {
  return 64 * T1;
}

/**
 * Calls `send` after `first` ms and again and again, each interval being what `next` makes of the one
 * before: timers A, E and G. Goes on until cancelled.
 */
export function retransmit(
  clock: Clock,
  first: number,
  next: (interval: number) => number,
  send: () => void,
): Timer {
  let interval = first;
  let timer = clock.after(interval, fire);
  function fire(): void {
    interval = next(interval);
    timer = clock.after(interval, fire);
    send();
  }
  return {cancel: () => timer.cancel()};
}

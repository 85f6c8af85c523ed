import type {Clock, Timer} from '../base/clock.ts';

/** How often it is looked whether the station is in a call; ms. */
export const LOOK = 1_000;

/** So long (ms) nobody must have been in a call before the machine starts anew. */
export const QUIET = 10_000;

/** Calls `act` once, as soon as nobody has been in a call for `quiet` ms; at once where that is 0 and nobody is. */
export function whenQuiet(
  clock: Clock,
  isIdle: () => boolean,
  quiet: number,
  act: () => void,
): Pick<Timer, 'cancel'> {
  let timer: Timer | undefined;
  let since: number | undefined;
  const look = () => {
    const now = clock.now();
    since = isIdle() ? (since ?? now) : undefined;
    if (since !== undefined && now - since >= quiet) act();
    else timer = clock.after(LOOK, look);
  };
  look();
  return {cancel: () => timer?.cancel()};
}

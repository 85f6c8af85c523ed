import type {Clock, Timer} from '../base/clock.ts';
import {LOOK} from './when-quiet.ts';

/** Tells `mark` that a call has begun (true) or ended (false), until it is closed. */
export function watchCalls(
  clock: Clock,
  isIdle: () => boolean,
  mark: (inCall: boolean) => void,
): {close(): void} {
  let timer: Timer;
  let marked = false;
  const tell = (inCall: boolean) => {
    if (inCall !== marked) mark(inCall);
    marked = inCall;
  };
  const look = () => {
    tell(!isIdle());
    timer = clock.after(LOOK, look);
  };
  look();
  return {
    close() {
      timer.cancel();
      tell(false);
    },
  };
}

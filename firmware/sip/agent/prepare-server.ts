import type {Clock} from '../../base/clock.ts';
import type {Destination, Transport} from '../transport/transport.ts';
import {serverPatience} from './server-health.ts';

/** How long (ms) the last server of a list may take: as long as a request (64*T1). */
const longestPatience = 32_000;

/**
 * Makes `transport` ready to tell our address towards `server`: a connection may have to be opened first. `ready` is
 * called once, with false where that took too long: shorter where there are `others` to try.
 */
export function prepareServer(
  {transport, clock}: {readonly transport: Transport; readonly clock: Clock},
  server: Destination,
  others: boolean,
  ready: (inTime: boolean) => void,
): void {
  let settled = false;
  const settle = (inTime: boolean) => {
    if (settled) return;
    settled = true;
    timer.cancel();
    ready(inTime);
  };
  const timer = clock.after(others ? serverPatience : longestPatience, () => settle(false));
  transport.prepare(server, () => settle(true));
}

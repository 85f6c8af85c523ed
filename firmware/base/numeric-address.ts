import {isIPv6} from 'node:net';

/**
 * The look-up of datagram sockets that are given addresses only: whoever has a name resolves it before. It answers at once, so that
 * nothing is put off by a turn of the loop.
 */
export function numericAddress(
  address: string,
  _options: unknown,
  done: (error: null, address: string, family: number) => void,
): void {
  done(null, address, isIPv6(address) ? 6 : 4);
}

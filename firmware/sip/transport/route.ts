import {createSocket} from 'node:dgram';
import {isIP, isIPv6} from 'node:net';
import {numericAddress} from '../../base/numeric-address.ts';
import {TransportError} from './transport.ts';

/** Any port will do: nothing is ever sent. */
const discardPort = 9;

/**
 * The address of ours from which datagrams to `address` leave, as the kernel's routing table says: a
 * datagram socket that is connected, without sending anything, is given that address.
 *
 * The look-up function answers at once, so the socket is bound and connected when `connect` returns.
 * @throws TransportError when `address` is no IP address or no route leads to it.
 */
export function routeTo(address: string): string {
  if (isIP(address) === 0) throw new TransportError(`"${address}" is not an IP address`);
  const socket = createSocket({type: isIPv6(address) ? 'udp6' : 'udp4', lookup: numericAddress});
  // A missing route is told by an event, in a later turn: what counts here is that no address was given.
  socket.on('error', () => {});
  try {
    socket.connect(discardPort, address);
    const local = socket.address().address;
    if (local !== '0.0.0.0' && local !== '::') return local;
  } catch {
    // Told below, in words of ours.
  } finally {
    socket.close();
  }
  throw new TransportError(`no route to ${address}: is this machine connected to that network?`);
}

import {isIPv6} from 'node:net';
import {formatSocketAddress, type SocketAddress, type TransportName} from './transport.ts';

/** Why an address cannot be listened on, and what to do about it. */
export function listenFailure(
  error: NodeJS.ErrnoException,
  transport: TransportName,
  {address, port}: SocketAddress,
): string {
  const what = `cannot listen on ${transport.toLowerCase()}:${formatSocketAddress({address, port})}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `${what}: port ${port} is in use by another program; choose another in sip.listen or port 0`;
    case 'EADDRNOTAVAIL':
      return `${what}: ${address} is not an address of this machine; choose one that is, or 0.0.0.0, in sip.listen`;
    case 'EACCES':
      return `${what}: port ${port} is not allowed without more rights; choose one above 1023 in sip.listen`;
    case 'EAFNOSUPPORT':
      return `${what}: this machine has no ${isIPv6(address) ? 'IPv6' : 'IPv4'}; choose another address in sip.listen`;
    default:
      return `${what}: ${error.message}`;
  }
}

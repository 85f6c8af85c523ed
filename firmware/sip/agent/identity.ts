import {Parameters} from '../message/parameters.ts';
import {formatHost, type SipUri} from '../message/uri.ts';
import type {Destination, SocketAddress, Transport, TransportName} from '../transport/transport.ts';

const defaultPort = 5060;

/** The URI of `user` at an address of ours. */
export function directUri(user: string, {address, port}: SocketAddress): SipUri {
  return {
    scheme: 'sip',
    user,
    password: undefined,
    host: address,
    port: port === defaultPort ? undefined : port,
    parameters: new Parameters(),
    headers: '',
  };
}

/** The address of ours that `destination` is told in Contact. @throws TransportError when there is no way there. */
export function contactAddress(transport: Transport, destination: Destination): SocketAddress {
  return transport.contactAddress?.(destination) ?? transport.localAddress(destination);
}

/**
 * Value of the Contact header of `user` at an address of ours, to be reached over `transport`; with the scheme of the
 * URI that it answers for, for who was called with `sips:` must be called back so (RFC 3261 section 8.1.1.8).
 * `overFlow`: the first proxy is to send what comes back over the flow that this goes by (RFC 5626 section 4.3).
 */
export function contactValue(
  user: string,
  {address, port}: SocketAddress,
  transport: TransportName,
  scheme: 'sip' | 'sips' = 'sip',
  overFlow = false,
): string {
  const implied = scheme === 'sips' ? 'TLS' : 'UDP';
  const over = transport === implied ? '' : `;transport=${transport.toLowerCase()}`;
  return `<${scheme}:${user}@${formatHost(address)}:${port}${over}${overFlow ? ';ob' : ''}>`;
}

import type {SipRequest} from '../message/message.ts';
import {Parameters} from '../message/parameters.ts';
import {formatUri, type SipUri} from '../message/uri.ts';
import type {Destination, SocketAddress, Transport, TransportName} from '../transport/transport.ts';
import type {Party} from './call.ts';

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
 */
export function contactValue(
  user: string,
  {address, port}: SocketAddress,
  transport: TransportName,
  scheme: 'sip' | 'sips' = 'sip',
): string {
  const parameters = new Parameters();
  const implied = scheme === 'sips' ? 'TLS' : 'UDP';
  if (transport !== implied) parameters.set('transport', transport.toLowerCase());
  return `<${formatUri({...directUri(user, {address, port}), scheme, port, parameters})}>`;
}

/**
 * Who sent `request`. `account` names the account through whose server it came, from the address of that server.
 * Without one, a From header is believed only where its host is the address that the request came from.
 */
export function callerOf(request: SipRequest, source: SocketAddress, account: string | undefined): Party {
  const {displayName, uri} = request.from;
  const host = uri.host ?? '';
  return {
    uri: formatUri(uri.host === undefined ? uri : {...uri, parameters: new Parameters(), headers: ''}),
    displayName,
    user: uri.user,
    host,
    address: source.address,
    account,
    verified: account !== undefined || host.toLowerCase() === source.address.toLowerCase(),
  };
}

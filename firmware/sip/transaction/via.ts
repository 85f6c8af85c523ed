import type {SipRequest} from '../message/message.ts';
import {formatVia, noteReceived} from '../message/via.ts';
import {
  type Destination,
  defaultPorts,
  type Flow,
  isReliable,
  type SocketAddress,
  type TransportName,
} from '../transport/transport.ts';

/** Puts our Via in front, and takes away any that stood there: a user agent is the first hop of its requests. */
export function setVia(
  request: SipRequest,
  transport: TransportName,
  sentBy: SocketAddress,
  branch: string,
): void {
  const {address, port} = sentBy;
  request.headers.remove('Via');
  request.headers.prepend(
    'Via',
    formatVia({transport, host: address, port, branch, received: undefined, rport: true}),
  );
}

/**
 * Notes in the topmost Via where the request really came from, so that every response made from it says so:
 * `received` (RFC 3261 section 18.2.1) and, where the client asked for it, `rport` (RFC 3581 section 4).
 */
export function noteSource(request: SipRequest, {address, port}: SocketAddress): void {
  const {via} = request;
  const asked = via.rport !== undefined;
  if (!asked && via.host === address) return;
  const value = request.headers.list('Via')[0] ?? '';
  request.replaceVia(noteReceived(value, address, asked ? port : undefined));
}

/**
 * Where the responses to a request go: over UDP to the source (RFC 3261 section 18.2.2, RFC 3581 section 4), over a
 * stream back on the connection that the request came on. Never where a Via sends strangers.
 */
export function responseDestination(request: SipRequest, {transport, local, remote}: Flow): Destination {
  const {rport, port} = request.via;
  const {address} = remote;
  const sentByPort = port || defaultPorts[transport];
  if (isReliable(transport)) return {transport, address, port: remote.port, from: local, sentByPort};
  return {transport, address, port: rport === undefined ? sentByPort : remote.port, from: local};
}

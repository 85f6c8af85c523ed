import type {SipRequest} from '../message/message.ts';
import {formatVia} from '../message/via.ts';
import type {Destination, Flow, SocketAddress} from '../transport/transport.ts';

/** RFC 3261 section 18.2.2: where sent-by names no port. */
const defaultPort = 5060;

/** Puts our Via in front, and takes away any that stood there: a user agent is the first hop of its requests. */
export function setVia(request: SipRequest, sentBy: SocketAddress, branch: string): void {
  const {address, port} = sentBy;
  request.headers.remove('Via');
  request.headers.prepend(
    'Via',
    formatVia({transport: 'UDP', host: address, port, branch, received: undefined, rport: true}),
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
  const noted = formatVia({...via, received: address, rport: asked ? port : undefined});
  const values = [noted, ...request.headers.list('Via').slice(1)];
  request.headers.remove('Via');
  for (const value of values.reverse()) request.headers.prepend('Via', value);
}

/** Where the responses to a request go (RFC 3261 section 18.2.2, RFC 3581 section 4): never where a Via sends strangers. */
export function responseDestination(request: SipRequest, {local, remote}: Flow): Destination {
  const {rport, port} = request.via;
  return {
    transport: 'UDP',
    address: remote.address,
    port: rport === undefined ? port || defaultPort : remote.port,
    from: local,
  };
}

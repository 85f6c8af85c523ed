import {isIP} from 'node:net';
import type {SipResponse} from '../message/message.ts';
import type {Destination, Transport} from '../transport/transport.ts';

/**
 * Whether the Contact that was just registered is the right one: our address may have changed meanwhile, or the server
 * may have seen the request come from elsewhere (RFC 3581 section 4). Where it does so each time there is nothing to be
 * gained by following it again and again.
 */
export class ContactCheck {
  #transport: Transport;
  /** Whether the server may make us change it: once in each registration. */
  #mayRewrite = true;
  #stale = false;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Our address changes while a registration is under way. */
  spoil(): void {
    this.#stale = true;
  }

  /** Takes a 2xx; false where the registration must be made again at once. */
  passes(server: Destination, {via}: SipResponse): boolean {
    const {received: address = via.host, rport: port} = via;
    const seen = typeof port === 'number' && isIP(address) !== 0 ? {address, port} : undefined;
    const elsewhere = seen !== undefined && this.#transport.noteSeen?.(server, seen) === true;
    const outdated = this.#stale || (elsewhere && this.#mayRewrite);
    this.#stale = false;
    if (!outdated) this.#mayRewrite = true;
    else if (elsewhere) this.#mayRewrite = false;
    return !outdated;
  }
}

import {type RandomBytes, randomHex} from '../../base/random.ts';
import {type Route, routesOf} from '../dialog/routing.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import {parseUri, type SipUri} from '../message/uri.ts';
import type {Destination, Transport} from '../transport/transport.ts';
import type {AccountOptions} from './account-options.ts';
import {contactAddress, contactValue} from './identity.ts';
import {registerRequest} from './register-request.ts';
import {sameServer} from './server-health.ts';

/** What a binding is made of. */
interface BindingOptions {
  readonly account: AccountOptions;
  readonly transport: Transport;
  readonly random: RandomBytes;
  /** Value of the User-Agent header. */
  readonly userAgentName: string;
  /** The URN that names this device for ever (RFC 5626 section 4.1); without it there is no outbound. */
  readonly instance: string | undefined;
}

/**
 * What registrars are told of one address of record, and what they hold of it: the binding of RFC 3261 section 10, with
 * the instance and the flow number of RFC 5626. All its REGISTERs count on, whichever server they go to.
 */
export class Binding {
  /** Seconds to ask for; 0 to leave. */
  expires: number;
  /** The Contact that a server holds; undefined while none does. */
  contact: string | undefined;
  /** Whether the server routes requests over the flow that we registered on (RFC 5626). */
  outbound = false;
  /** Through whom requests of this account go (RFC 3608), as the last 2xx said. */
  routes: readonly Route[] = [];
  #options: BindingOptions;
  #uri: SipUri;
  #callId: string;
  #fromTag: string;
  #cseq = 0;
  /** The server that said of its first hop that it knows no outbound (439). */
  #plain: Destination | undefined;

  /** @throws Error when the account's URI is no SIP URI. */
  constructor(options: BindingOptions) {
    const {account, random} = options;
    const uri = parseUri(account.uri);
    if (!uri.ok || uri.value.host === undefined) throw new Error(`not a SIP URI: ${account.uri}`);
    this.#options = options;
    this.#uri = uri.value;
    this.expires = account.expires;
    this.#callId = randomHex(random, 16);
    this.#fromTag = randomHex(random, 8);
  }

  /** The Contact for `server`, by which it reaches us. @throws TransportError when there is no way there. */
  contactFor(server: Destination): string {
    const told = contactAddress(this.#options.transport, server);
    const user = this.#uri.user ?? this.#options.account.user;
    return contactValue(user, told, server.transport, this.#uri.scheme);
  }

  /** Whether `server` is offered outbound. */
  offersOutbound(server: Destination): boolean {
    const refused = this.#plain !== undefined && sameServer(this.#plain, server);
    return this.#options.instance !== undefined && !refused;
  }

  /** Takes a 439: from now on this server is offered none. */
  refuseOutbound(server: Destination): void {
    this.#plain = server;
  }

  /** The next REGISTER to `server`, under `contact`. */
  request(server: Destination, contact: string): SipRequest {
    const {instance, userAgentName} = this.#options;
    const offers = this.offersOutbound(server);
    const named = instance === undefined ? contact : `${contact};+sip.instance="<${instance}>"`;
    const request = registerRequest(this.#uri, {
      // One flow at a time: where another takes its place, it replaces it at the registrar.
      contact: offers ? `${named};reg-id=1` : named,
      expires: this.expires,
      fromTag: this.#fromTag,
      callId: this.#callId,
      cseq: ++this.#cseq,
      userAgentName,
      supported: offers ? ['path', 'outbound'] : ['path'],
    });
    // Where we are reached no more nobody should call (RFC 3261 section 10.2.2). By reg-id it is replaced anyway.
    if (!this.outbound && this.contact !== undefined && this.contact !== contact) {
      request.headers.append('Contact', `${this.contact};expires=0`);
    }
    return request;
  }

  /** Takes the 2xx to a REGISTER under `contact`. */
  accepted({headers}: SipResponse, contact: string): void {
    this.contact = contact;
    this.outbound = headers.list('Require').some((option) => option.toLowerCase() === 'outbound');
    this.routes = routesOf(headers, 'Service-Route');
  }
}

import type {SipResponse} from '../message/message.ts';
import {type NameAddress, parseNameAddress} from '../message/name-address.ts';
import {asRequestUri, formatUri, type SipUri} from '../message/uri.ts';

/** How often one call may be sent on to somebody else. */
const redirectionLimit = 5;

/** Where an INVITE may be sent. */
export interface Target {
  /** The Request-URI. */
  readonly uri: SipUri;
  /** The proxy that a 305 demands; undefined: wherever requests to `uri` go. */
  readonly proxy: SipUri | undefined;
}

/**
 * Whom to try for one call (RFC 3261 section 8.1.3.4): the Contacts of each 3xx are added, the most wanted first;
 * none is tried twice, so phones that redirect to each other end the call and not the network.
 */
export class TargetSet {
  /** What was tried, as text. */
  #tried = new Set<string>();
  #waiting: Target[] = [];
  #redirections = 0;

  /** `first` is being tried already. */
  constructor(first: SipUri) {
    this.#tried.add(keyOf({uri: first, proxy: undefined}));
  }

  /** Takes a final response to the request that was sent to `uri`: the Contacts of a 3xx that are SIP URIs. */
  add(response: SipResponse, uri: SipUri): void {
    // Whoever says 6xx speaks for everybody (section 21.6).
    if (response.status >= 600) this.#waiting = [];
    // 380 describes another service in its body, which nobody here could choose.
    if (response.status < 300 || response.status >= 380) return;
    const targets = contactsOf(response).map((contact) =>
      response.status === 305 ? {uri, proxy: contact} : {uri: contact, proxy: undefined},
    );
    this.#waiting.unshift(...targets);
  }

  /** The next to try; undefined when there is none, or the call has been sent on often enough. */
  next(): Target | undefined {
    for (let target = this.#waiting.shift(); target; target = this.#waiting.shift()) {
      const key = keyOf(target);
      if (this.#tried.has(key)) continue;
      this.#tried.add(key);
      this.#redirections++;
      return this.#redirections <= redirectionLimit ? target : undefined;
    }
    return undefined;
  }
}

function keyOf({uri, proxy}: Target): string {
  return `${formatUri({...uri, host: uri.host.toLowerCase()})} ${proxy ? formatUri(proxy) : ''}`;
}

/** The SIP URIs that a 3xx names, by falling q value (section 20.10), fit to be Request-URIs. */
function contactsOf({headers}: SipResponse): SipUri[] {
  return headers
    .list('Contact')
    .slice(0, 2 * redirectionLimit)
    .flatMap((value) => {
      const parsed = parseNameAddress(value);
      return parsed.ok ? [parsed.value] : [];
    })
    .sort((one, other) => preferenceOf(other) - preferenceOf(one))
    .flatMap(({uri}) => (uri.host === undefined ? [] : [asRequestUri(uri)]));
}

function preferenceOf({parameters}: NameAddress): number {
  const q = Number(parameters.get('q') ?? 1);
  return q >= 0 && q <= 1 ? q : 0;
}

import {createRequest} from '../message/create.ts';
import type {Headers} from '../message/headers.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import {asRequestUri, formatUri} from '../message/uri.ts';
import {type Route, routeRequest, routesOf} from './routing.ts';

/** A header that a request carries beyond those its dialog gives it. */
export interface ExtraHeader {
  readonly name: string;
  readonly value: string;
}

/** What names a dialog (RFC 3261 section 12), seen from here. */
export interface DialogId {
  readonly callId: string;
  readonly localTag: string;
  /** Empty for a peer that sends no tag (RFC 2543). */
  readonly remoteTag: string;
}

/** The dialog in one string. */
export function dialogKey({callId, localTag, remoteTag}: DialogId): string {
  // A line feed occurs in none of the three. Joined, so that the key is one string and keeps no datagram.
  return [callId, localTag, remoteTag].join('\n');
}

interface DialogStart extends DialogId {
  /** Values of From and To of requests from here, with their tags. */
  readonly local: string;
  readonly remote: string;
  readonly ownsCallId: boolean;
  readonly localSequence: number;
  readonly remoteSequence: number | undefined;
  readonly routes: Route[];
  readonly remoteTarget: string;
}

/**
 * A dialog (RFC 3261 section 12): what two user agents remember of each other between requests, and with it
 * the making of requests and the checking of their order.
 */
export class Dialog implements DialogId {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** Whether the Call-ID was made here: by the caller. */
  readonly ownsCallId: boolean;
  /** What `dialogKey` gives. */
  readonly key: string;
  #local: string;
  #remote: string;
  #localSequence: number;
  #remoteSequence: number | undefined;
  #routes: Route[];
  #remoteTarget: string;

  private constructor(start: DialogStart) {
    this.callId = start.callId;
    this.localTag = start.localTag;
    this.remoteTag = start.remoteTag;
    this.ownsCallId = start.ownsCallId;
    this.key = dialogKey(start);
    this.#local = start.local;
    this.#remote = start.remote;
    this.#localSequence = start.localSequence;
    this.#remoteSequence = start.remoteSequence;
    this.#routes = start.routes;
    this.#remoteTarget = start.remoteTarget;
  }

  /** The caller's side: from its request and a response of 101 to 299 (section 12.1.2). */
  static ofResponse(request: SipRequest, response: SipResponse): Dialog {
    return new Dialog({
      callId: request.callId,
      localTag: request.from.tag ?? '',
      remoteTag: response.to.tag ?? '',
      local: headerOf(request.headers, 'From'),
      remote: headerOf(response.headers, 'To'),
      ownsCallId: true,
      localSequence: request.cseq.number,
      remoteSequence: undefined,
      routes: routesOf(response.headers).reverse(),
      // A Contact is mandatory in a 2xx, and missing in many a 180.
      remoteTarget: targetOf(response) ?? request.requestUri,
    });
  }

  /** The called side: from the request that it answers under `localTag` (section 12.1.1). */
  static ofRequest(request: SipRequest, localTag: string): Dialog {
    return new Dialog({
      callId: request.callId,
      localTag,
      remoteTag: request.from.tag ?? '',
      local: `${headerOf(request.headers, 'To')};tag=${localTag}`,
      remote: headerOf(request.headers, 'From'),
      ownsCallId: false,
      localSequence: 0,
      remoteSequence: request.cseq.number,
      routes: routesOf(request.headers),
      remoteTarget: targetOf(request) ?? formatUri(request.from.uri),
    });
  }

  /** URI of the host that the next request goes to (section 12.2.1.1 with 8.1.2). */
  get nextHop(): string {
    return this.#routes[0]?.uri ?? this.#remoteTarget;
  }

  /** A request inside the dialog, with the next sequence number; its Contact is the caller's business. */
  createRequest(method: string, extra: readonly ExtraHeader[] = []): SipRequest {
    this.#localSequence++;
    return this.#create(method, this.#localSequence, extra);
  }

  /**
   * The ACK to a 2xx of `invite` (section 13.2.2.4): its sequence number, and its credentials, for a proxy
   * cannot challenge an ACK (section 22.1).
   */
  createAck(invite: SipRequest): SipRequest {
    const credentials = ['Authorization', 'Proxy-Authorization'].flatMap((name) =>
      invite.headers.all(name).map((value) => ({name, value})),
    );
    return this.#create('ACK', invite.cseq.number, credentials);
  }

  /** Learns route set and target anew from the 2xx that confirms an early dialog (section 13.2.2.4). */
  confirm(response: SipResponse): void {
    this.#routes = routesOf(response.headers).reverse();
    this.refreshTarget(response);
  }

  /** Takes the Contact of a target refresh request or of its 2xx (section 12.2). */
  refreshTarget(message: SipRequest | SipResponse): void {
    this.#remoteTarget = targetOf(message) ?? this.#remoteTarget;
  }

  /** Whether a request of the other side comes in order; false means 500 (section 12.2.2). */
  acceptSequence({cseq}: SipRequest): boolean {
    if (this.#remoteSequence !== undefined && cseq.number < this.#remoteSequence) return false;
    this.#remoteSequence = cseq.number;
    return true;
  }

  #create(method: string, sequence: number, extra: readonly ExtraHeader[]): SipRequest {
    const {requestUri, route} = routeRequest(this.#remoteTarget, this.#routes);
    const request = createRequest({
      method,
      requestUri,
      from: this.#local,
      to: this.#remote,
      callId: this.callId,
      cseq: sequence,
    });
    for (const value of route) request.headers.append('Route', value);
    request.headers.appendAll(extra);
    return request;
  }
}

/** The Contact as Request-URI of later requests; undefined where there is none that SIP could reach. */
function targetOf({contact}: SipRequest | SipResponse): string | undefined {
  return contact?.uri.host === undefined ? undefined : formatUri(asRequestUri(contact.uri));
}

function headerOf(headers: Headers, name: string): string {
  return headers.get(name) ?? '';
}

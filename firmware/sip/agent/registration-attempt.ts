import type {Clock, Timer} from '../../base/clock.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import type {ClientTransaction} from '../transaction/transaction.ts';
import type {TransactionLayer} from '../transaction/transaction-layer.ts';
import {type Destination, type Transport, TransportError} from '../transport/transport.ts';
import type {Authenticator, CredentialsHeader} from './authenticator.ts';
import type {Binding} from './binding.ts';
import {prepareServer} from './prepare-server.ts';
import {minimumSeconds, retryAfter} from './registration-times.ts';
import {serverPatience} from './server-health.ts';
import {refusalText} from './server-round.ts';

/** How often one attempt may be challenged: by the server, by a proxy before it, and once for a stale nonce. */
const challengeLimit = 3;

/** How an attempt ended. `reason` is in plain words, `pause` (ms) what the server asked for. */
export type AttemptEnd =
  | {readonly kind: 'accepted'; readonly response: SipResponse; readonly contact: string}
  /** Another server may do better. */
  | {readonly kind: 'failed'; readonly reason: string; readonly pause: number}
  /** So would every other. */
  | {readonly kind: 'refused'; readonly reason: string; readonly pause: number};

/** What an attempt works with. */
export interface AttemptParts {
  readonly binding: Binding;
  readonly authenticator: Authenticator;
  readonly transactions: TransactionLayer;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Address of record, for words. */
  readonly uri: string;
}

/**
 * One attempt to register at one server: the REGISTER, and those that follow from its answer.
 *
 *     preparing --connection--> asking --2xx--> accepted
 *         |                      | ^ +--401, 407, 423, 439: once more--+
 *         |                      | +-----------------------------------+
 *         +--no connection, silence, 408, 5xx--> failed; anything else --> refused
 */
export class RegistrationAttempt {
  #parts: AttemptParts;
  #server: Destination;
  #others: boolean;
  #done: (end: AttemptEnd) => void;
  #over = false;
  #concluding = false;
  #challenges = 0;
  #transaction: ClientTransaction | undefined;
  #patience: Timer | undefined;

  /** `others`: whether another server could be asked. `done` is called once, perhaps before `start` returns. */
  constructor(parts: AttemptParts, server: Destination, others: boolean, done: (end: AttemptEnd) => void) {
    this.#parts = parts;
    this.#server = server;
    this.#others = others;
    this.#done = done;
  }

  start(): void {
    prepareServer(this.#parts, this.#server, this.#others, (inTime) => {
      if (this.#over) return;
      if (inTime) this.#send();
      else this.#fail(`no answer from ${this.#server.address}`);
    });
  }

  /** What is under way is waited for, but nothing more is sent (RFC 3261 section 10.2). */
  conclude(): void {
    this.#concluding = true;
    if (!this.#transaction) this.#fail('given up');
  }

  /** Nothing more is sent or told. */
  abandon(): void {
    this.#over = true;
    this.#patience?.cancel();
  }

  /** Sends a REGISTER; `credentials` answer the challenge of the one before. */
  #send(credentials?: readonly CredentialsHeader[]): void {
    const {binding, authenticator, transactions, transport, clock} = this.#parts;
    const server = this.#server;
    let contact: string;
    try {
      contact = binding.contactFor(server);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      this.#fail(error.message);
      return;
    }
    const request = binding.request(server, contact);
    const known = credentials ?? authenticator.anticipate(request);
    request.headers.appendAll(known);
    const since = clock.now();
    const silence = `no answer from ${server.address}`;
    const transaction = transactions.request(request, server, {
      onResponse: (response) => {
        this.#patience?.cancel();
        if (response.status >= 200 && !this.#over) this.#receive(request, response, contact);
      },
      onFailure: (why, text) => this.#fail(why === 'timeout' ? silence : text),
    });
    this.#transaction = transaction;
    this.#patience?.cancel();
    if (!this.#others || this.#concluding) return;
    this.#patience = clock.after(serverPatience, () => {
      transaction.terminate();
      transport.unanswered(server, since);
      this.#fail(silence);
    });
  }

  #receive(request: SipRequest, response: SipResponse, contact: string): void {
    const {status} = response;
    if (status < 300) {
      this.#parts.authenticator.learn(response);
      this.#end({kind: 'accepted', response, contact});
    } else if (!this.#askAgain(request, response)) this.#refused(request, response);
  }

  /** Sends what the answer calls for; false where there is nothing to be done. */
  #askAgain(request: SipRequest, response: SipResponse): boolean {
    if (this.#concluding) return false;
    const {binding, authenticator} = this.#parts;
    const {status} = response;
    if (status === 401 || status === 407) {
      const answer = this.#challenges < challengeLimit ? authenticator.answer(request, response) : undefined;
      if (!answer) return false;
      this.#challenges++;
      this.#send(answer);
      return true;
    }
    if (status === 423) {
      // RFC 3261 section 10.2.8: ask again, for as long as the server wants at least.
      const minimum = minimumSeconds(response);
      if (binding.expires === 0 || minimum === undefined || minimum <= binding.expires) return false;
      binding.expires = minimum;
    } else if (status === 439 && binding.offersOutbound(this.#server)) {
      // RFC 5626 section 6: who stands before the registrar knows nothing of flows.
      binding.refuseOutbound(this.#server);
    } else return false;
    this.#send();
    return true;
  }

  #refused(request: SipRequest, response: SipResponse): void {
    const {uri, authenticator} = this.#parts;
    const {status} = response;
    const pause = retryAfter(response);
    if (status === 401 || status === 407) {
      const tried = request.headers.get(status === 401 ? 'Authorization' : 'Proxy-Authorization');
      const {address} = this.#server;
      authenticator.forget();
      const reason =
        tried === undefined
          ? `${address} asks for a kind of login that is not supported`
          : `password refused by ${address}`;
      this.#end({kind: 'refused', reason, pause});
      return;
    }
    const kind = status === 408 || (status >= 500 && status < 600) ? 'failed' : 'refused';
    this.#end({kind, reason: refusalText(this.#server, response, uri), pause});
  }

  #fail(reason: string): void {
    this.#end({kind: 'failed', reason, pause: 0});
  }

  #end(end: AttemptEnd): void {
    if (this.#over) return;
    this.abandon();
    this.#done(end);
  }
}

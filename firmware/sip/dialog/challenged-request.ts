import type {SipRequest, SipResponse} from '../message/message.ts';
import type {ClientTransaction, TransactionUser} from '../transaction/transaction.ts';
import type {Destination} from '../transport/transport.ts';
import type {ExtraHeader} from './dialog.ts';
import {type DialogEnvironment, fromSocket, type LocalEnd} from './environment.ts';

/** How often one request may be challenged: by the server, by a proxy before it, and once for a stale nonce. */
const challengeLimit = 3;

/**
 * A request that is sent again with credentials when it is challenged by 401 or 407 (RFC 3261 section 22),
 * in a new transaction with a new sequence number. Its user sees the last response only.
 */
export class ChallengedRequest {
  #environment: DialogEnvironment;
  #local: LocalEnd;
  #build: (credentials: readonly ExtraHeader[]) => SipRequest;
  #destination: Destination;
  #user: TransactionUser;
  #credentials: readonly ExtraHeader[] = [];
  #challenges = 0;
  #cancelled = false;
  #transaction: ClientTransaction;

  /** Sends what `build` makes; `build` is called again for each further try. */
  constructor(
    environment: DialogEnvironment,
    local: LocalEnd,
    build: (credentials: readonly ExtraHeader[]) => SipRequest,
    destination: Destination,
    user: TransactionUser,
  ) {
    this.#environment = environment;
    this.#local = local;
    this.#build = build;
    this.#destination = fromSocket(destination, local);
    this.#user = user;
    this.#transaction = this.#send();
  }

  /** The request as it was sent last. */
  get request(): SipRequest {
    return this.#transaction.request;
  }

  /** Cancels an INVITE; a challenge is not answered any more. */
  cancel(reason?: string): void {
    this.#cancelled = true;
    this.#transaction.cancel(reason);
  }

  #send(): ClientTransaction {
    const request = this.#build(this.#credentials);
    request.headers.set('User-Agent', this.#environment.userAgentName);
    const transaction = this.#environment.transactions.request(request, this.#destination, {
      onResponse: (response) => this.#onResponse(request, response),
      onFailure: (why, text) => this.#user.onFailure(why, text),
    });
    return transaction;
  }

  #onResponse(request: SipRequest, response: SipResponse): void {
    if (!this.#answerChallenge(request, response)) this.#user.onResponse(response);
  }

  #answerChallenge(request: SipRequest, response: SipResponse): boolean {
    if (response.status !== 401 && response.status !== 407) return false;
    if (this.#cancelled || this.#challenges >= challengeLimit) return false;
    const credentials = this.#local.authenticate(request, response);
    if (!credentials) return false;
    this.#challenges++;
    this.#credentials = credentials;
    this.#transaction = this.#send();
    return true;
  }
}

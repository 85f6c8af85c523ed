import type {Timer} from '../../base/clock.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import type {ClientTransaction, TransactionUser} from '../transaction/transaction.ts';
import type {Destination} from '../transport/transport.ts';
import type {ExtraHeader} from './dialog.ts';
import {type DialogEnvironment, fromSocket, type LocalEnd, type NextHop} from './environment.ts';

/** How often one request may be challenged: by the server, by a proxy before it, and once for a stale nonce. */
const challengeLimit = 3;

/**
 * A request that is sent again with credentials when it is challenged by 401 or 407 (RFC 3261 section 22), and to the
 * next server where one is silent, cannot be reached or answers 503 (RFC 3263 section 4.3), each time in a new
 * transaction with a new sequence number. Its user sees the last response only.
 */
export class ChallengedRequest {
  #environment: DialogEnvironment;
  #local: LocalEnd;
  #build: (credentials: readonly ExtraHeader[]) => SipRequest;
  #hop: NextHop;
  #others: Destination[];
  /** Runs out where nothing at all is heard of a server, and there are others. */
  #patience: Timer | undefined;
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
    hop: NextHop,
    user: TransactionUser,
  ) {
    this.#environment = environment;
    this.#local = local;
    this.#build = build;
    this.#hop = hop;
    this.#others = [...(hop.others ?? [])];
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
    this.#patience?.cancel();
    this.#transaction.cancel(reason);
  }

  #send(): ClientTransaction {
    const request = this.#build(this.#credentials);
    request.headers.set('User-Agent', this.#environment.userAgentName);
    const destination = fromSocket(this.#hop, this.#local);
    const transaction = this.#environment.transactions.request(request, destination, {
      onResponse: (response) => this.#onResponse(request, response),
      onFailure: (why, text) => {
        if (!this.#tryNext()) this.#user.onFailure(why, text);
      },
    });
    const {patience} = this.#hop;
    this.#patience?.cancel();
    // An INVITE that is given up may yet be answered: it has all its time.
    if (patience !== undefined && this.#others.length > 0 && request.method !== 'INVITE') {
      this.#patience = this.#environment.clock.after(patience, () => {
        transaction.terminate();
        this.#tryNext();
      });
    }
    return transaction;
  }

  #onResponse(request: SipRequest, response: SipResponse): void {
    this.#patience?.cancel();
    if (response.status === 503 && this.#tryNext()) return;
    if (!this.#answerChallenge(request, response)) this.#user.onResponse(response);
  }

  /** Sends it to the next server; false where there is none. */
  #tryNext(): boolean {
    this.#patience?.cancel();
    const next = this.#cancelled ? undefined : this.#others.shift();
    if (!next) return false;
    this.#hop = {...next, ...(this.#hop.patience === undefined ? {} : {patience: this.#hop.patience})};
    this.#transaction = this.#send();
    return true;
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

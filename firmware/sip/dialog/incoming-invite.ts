import type {Timer} from '../../base/clock.ts';
import {randomHex} from '../../base/random.ts';
import type {SipRequest} from '../message/message.ts';
import type {ServerTransaction} from '../transaction/transaction.ts';
import {capabilityHeaders} from './capabilities.ts';
import {Dialog, type ExtraHeader} from './dialog.ts';
import type {DialogUser} from './dialog-table.ts';
import type {DialogEnvironment, LocalEnd} from './environment.ts';
import type {Negotiation} from './negotiation.ts';
import {answerPrack, ReliableProvisional, requiresReliability} from './reliable-provisional.ts';
import {answerQuery, buildResponse} from './respond.ts';
import {Session, type SessionUser} from './session.ts';
import {sessionBody} from './session-body.ts';
import {retryLater} from './update.ts';

/** RFC 3261 section 13.3.1.1: a proxy gives up an INVITE of which it hears nothing for three minutes. */
const ringInterval = 60_000;

/** Why a caller's INVITE ended before it was answered. */
export type GivenUp = 'cancelled' | 'answered-elsewhere' | 'expired' | 'unconfirmed';

/**
 * The called side of an INVITE until it is answered or refused (RFC 3261 section 13.3).
 *
 *     waiting --ring--> waiting --accept: 2xx--> answered (a Session from here on)
 *        +--refuse, CANCEL, BYE, Expires--> over
 */
export class IncomingInvite implements DialogUser {
  /** The early dialog that every response but 100 belongs to. */
  readonly dialog: Dialog;
  #environment: DialogEnvironment;
  #local: LocalEnd;
  #transaction: ServerTransaction;
  #onGivenUp: (why: GivenUp) => void;
  #state: 'waiting' | 'answered' | 'over' = 'waiting';
  /** What sends provisional responses to a caller who wants to confirm them. */
  #reliable: ReliableProvisional | undefined;
  #ringing: Timer | undefined;
  #expiry: Timer | undefined;

  /** `onGivenUp` is called when the caller ends it before it is answered. */
  constructor(
    environment: DialogEnvironment,
    local: LocalEnd,
    transaction: ServerTransaction,
    onGivenUp: (why: GivenUp) => void,
  ) {
    this.#environment = environment;
    this.#local = local;
    this.#transaction = transaction;
    this.#onGivenUp = onGivenUp;
    const {request} = transaction;
    this.dialog = Dialog.ofRequest(request, randomHex(environment.random, 8));
    environment.dialogs.set(this.dialog, this);
    transaction.toTag = this.dialog.localTag;
    transaction.onCancel = (cancel) =>
      this.#giveUp(isAnsweredElsewhere(cancel) ? 'answered-elsewhere' : 'cancelled');
    if (requiresReliability(request)) {
      this.#reliable = new ReliableProvisional(environment, transaction, () => this.#giveUp('unconfirmed'));
    }
    const seconds = expiresOf(request);
    if (seconds !== undefined) {
      this.#expiry = environment.clock.after(seconds * 1000, () => this.#giveUp('expired'));
    }
  }

  /** Sends 180 Ringing, and again each minute. */
  ring(): void {
    if (this.#state !== 'waiting') return;
    this.#sendRinging();
    this.#ringing?.cancel();
    this.#ringing = this.#environment.clock.after(ringInterval, () => this.ring());
  }

  #sendRinging(): void {
    const {request} = this.#transaction;
    const headers = [{name: 'Contact', value: this.#local.contact}];
    if (!this.#reliable) this.#respond(180, headers);
    // The first reliable response to an INVITE without an offer would have to bring one (RFC 3262 section 5), and
    // there is no media port before the call is answered.
    else if (typeof sessionBody(request) !== 'string') {
      const tag = this.dialog.localTag;
      this.#reliable.send(buildResponse(this.#environment, request, 180, {tag, headers}));
    }
  }

  /** Answers with 200 and `body`; the session takes over. Undefined when the caller was faster. */
  accept(negotiation: Negotiation, body: Uint8Array, user: SessionUser): Session | undefined {
    if (this.#state !== 'waiting') return undefined;
    this.#leave('answered');
    const session = new Session(this.#environment, this.#local, this.dialog, negotiation, user);
    session.answer(this.#transaction, body, this.#reliable);
    return session;
  }

  /** Refuses with a final status of 300 or above. */
  refuse(status: number, headers: readonly ExtraHeader[] = []): void {
    if (this.#state !== 'waiting') return;
    this.#leave('over');
    this.#respond(status, headers);
  }

  /** Requests of the caller in the early dialog. */
  receive(transaction: ServerTransaction | undefined, request: SipRequest): void {
    if (!transaction) return;
    const respond = (status: number, headers: readonly ExtraHeader[] = []) =>
      transaction.respond(buildResponse(this.#environment, request, status, {headers}));
    if (!this.dialog.acceptSequence(request)) respond(500);
    else if (request.method === 'INVITE') {
      // Section 14.2: the first INVITE has no final response yet.
      respond(500, [retryLater(this.#environment)]);
    } else if (request.method === 'BYE') {
      respond(200);
      this.#giveUp('cancelled');
    } else if (request.method === 'UPDATE') this.#receiveUpdate(transaction);
    else if (request.method === 'PRACK') answerPrack(this.#environment, transaction, this.#reliable);
    else answerQuery(this.#environment, transaction);
  }

  /** RFC 3311 section 5.2: a new target may come at any time, an offer only after the first has been answered. */
  #receiveUpdate(transaction: ServerTransaction): void {
    const {request} = transaction;
    const targetOnly = sessionBody(request) === 'none';
    if (targetOnly) this.dialog.refreshTarget(request);
    const headers = targetOnly
      ? [{name: 'Contact', value: this.#local.contact}, ...capabilityHeaders]
      : [retryLater(this.#environment)];
    transaction.respond(buildResponse(this.#environment, request, targetOnly ? 200 : 500, {headers}));
  }

  #giveUp(why: GivenUp): void {
    if (this.#state !== 'waiting') return;
    this.refuse(why === 'unconfirmed' ? 504 : 487);
    this.#onGivenUp(why);
  }

  #respond(status: number, headers: readonly ExtraHeader[]): void {
    const tag = this.dialog.localTag;
    this.#transaction.respond(
      buildResponse(this.#environment, this.#transaction.request, status, {tag, headers}),
    );
  }

  #leave(state: 'answered' | 'over'): void {
    this.#state = state;
    this.#reliable?.stop();
    this.#ringing?.cancel();
    this.#expiry?.cancel();
    this.#environment.dialogs.remove(this.dialog, this);
  }
}

/** RFC 3326: a CANCEL may say that another phone took the call. */
function isAnsweredElsewhere({headers}: SipRequest): boolean {
  return headers.list('Reason').some((value) => /^SIP\s*;(.*;)?\s*cause\s*=\s*200\b/i.test(value));
}

/** How long (s) the caller is willing to wait (RFC 3261 section 13.3.1); undefined where it does not say. */
function expiresOf({headers}: SipRequest): number | undefined {
  const value = headers.get('Expires')?.trim() ?? '';
  return /^\d{1,5}$/.test(value) && Number(value) > 0 ? Number(value) : undefined;
}

import type {AudioStream} from '../../rtp/audio-stream.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import type {ServerTransaction} from '../transaction/transaction.ts';
import {AnswerRepetition} from './answer-repetition.ts';
import {capabilityHeaders, refuseBody, sessionTypes} from './capabilities.ts';
import type {Dialog, ExtraHeader} from './dialog.ts';
import type {DialogUser} from './dialog-table.ts';
import type {DialogEnvironment, LocalEnd} from './environment.ts';
import type {Negotiation} from './negotiation.ts';
import {Referral} from './referral.ts';
import {answerPrack, type ReliableProvisional} from './reliable-provisional.ts';
import {sendBye} from './requests.ts';
import {answerQuery, buildResponse, type ResponseContent, warning} from './respond.ts';
import {sessionBody} from './session-body.ts';
import {SessionRefresh} from './session-refresh.ts';
import {answerUpdate} from './update.ts';

/** Who is told what becomes of a session. */
export interface SessionUser {
  /** Offer and answer settled the stream, or changed it. */
  onStream(stream: AudioStream): void;
  /** A digit came by INFO. */
  onDigit(digit: string): void;
  /** The other side asks that somebody else be called (REFER); to be accepted or refused at once. */
  onRefer(referral: Referral): void;
  /** The other side hung up. */
  onBye(): void;
  /** The session broke and is being ended from here; `text` says why. */
  onBroken(text: string): void;
  /** Nothing is left of it; the last call, in every case. */
  onClosed(): void;
}

/**
 * An answered INVITE with its dialog (RFC 3261 sections 13 to 15), either side.
 *
 *     answered --ACK--> open --BYE sent--> leaving --response or 64*T1--> closed
 *        |               |                    ^
 *        |               +--BYE received------|----------------------------> closed
 *        +--64*T1 without ACK-----------------+
 *
 * The calling side starts in open. The answering side must not send BYE before the ACK (section 15): hanging up
 * in `answered` waits for it.
 */
export class Session implements DialogUser {
  #environment: DialogEnvironment;
  #local: LocalEnd;
  #dialog: Dialog;
  #negotiation: Negotiation;
  #user: SessionUser;
  #refresh: SessionRefresh;
  #state: 'answered' | 'open' | 'leaving' | 'closed' = 'open';
  #hangUpAfterAck = false;
  #provisional: ReliableProvisional | undefined;
  /** The last REFER that came in this dialog. */
  #referral: Referral | undefined;
  /** The 2xx to the last INVITE from the other side, until its ACK comes. */
  #answer: AnswerRepetition | undefined;

  /** Takes the requests of `dialog` from now on. */
  constructor(
    environment: DialogEnvironment,
    local: LocalEnd,
    dialog: Dialog,
    negotiation: Negotiation,
    user: SessionUser,
  ) {
    this.#environment = environment;
    this.#local = local;
    this.#dialog = dialog;
    this.#negotiation = negotiation;
    this.#user = user;
    this.#refresh = new SessionRefresh(environment, local, dialog, negotiation, {
      onStream: (stream) => this.#user.onStream(stream),
      onLost: (text) => this.#break(text),
    });
    environment.dialogs.set(dialog, this);
  }

  /**
   * Answers the INVITE that created the session with 200 and `body`, until the ACK comes. `provisional`: where a PRACK
   * that is still under way belongs.
   */
  answer(transaction: ServerTransaction, body: Uint8Array, provisional?: ReliableProvisional): void {
    this.#provisional = provisional;
    this.#state = 'answered';
    this.#sendAnswer(transaction, body);
  }

  /** Takes the 2xx that created the session on the calling side. */
  confirm(response: SipResponse): void {
    this.#refresh.accepted(response);
  }

  /** Whether the other side has shown that it gets what is sent to it: by its ACK, where it called. */
  get confirmed(): boolean {
    return this.#state !== 'answered';
  }

  /** Ends the session from here; `onClosed` follows. */
  hangUp(): void {
    if (this.#state === 'answered') this.#hangUpAfterAck = true;
    else if (this.#state === 'open') this.#leave();
  }

  receive(transaction: ServerTransaction | undefined, request: SipRequest): void {
    if (!transaction) {
      if (request.method === 'ACK') this.#receiveAck(request);
    } else if (!this.#dialog.acceptSequence(request)) {
      this.#respond(transaction, 500);
    } else if (request.method === 'BYE') {
      this.#respond(transaction, 200);
      this.#receiveBye();
    } else if (request.method === 'INVITE' || request.method === 'UPDATE') {
      this.#receiveChange(transaction, request);
    } else if (request.method === 'PRACK') {
      answerPrack(this.#environment, transaction, this.#provisional);
    } else if (request.method === 'REFER') {
      this.#receiveRefer(transaction);
    } else if (request.method === 'SUBSCRIBE' && this.#referral?.isMeant(request)) {
      this.#referral.subscribe(transaction);
    } else {
      const digit = answerQuery(this.#environment, transaction);
      const open = this.#state === 'open' || this.#state === 'answered';
      if (digit !== undefined && open && !this.#hangUpAfterAck) this.#user.onDigit(digit);
    }
  }

  #receiveRefer(transaction: ServerTransaction): void {
    if (this.#state === 'leaving' || this.#hangUpAfterAck) {
      this.#respond(transaction, 481);
      return;
    }
    const first = this.#referral === undefined;
    this.#referral = new Referral(this.#environment, this.#local, this.#dialog, transaction, first);
    this.#user.onRefer(this.#referral);
  }

  #receiveAck(ack: SipRequest): void {
    if (ack.cseq.number !== this.#answer?.sequence) return;
    this.#answer.stop();
    this.#answer = undefined;
    if (this.#state === 'answered') this.#state = 'open';
    if (this.#hangUpAfterAck) this.#leave();
    else if (this.#negotiation.offered) this.#takeLateAnswer(ack);
  }

  /** The INVITE had no offer, so ours was in the 200 and the answer to it is in the ACK (section 13.3.1). */
  #takeLateAnswer(ack: SipRequest): void {
    const body = sessionBody(ack);
    if (typeof body === 'string') {
      this.#break('the phone acknowledged without an answer');
      return;
    }
    const stream = this.#negotiation.accept(body, true);
    if (stream.ok) this.#user.onStream(stream.value);
    else this.#break(`the phone acknowledged without a usable answer: ${stream.error.text}`);
  }

  /** A re-INVITE or UPDATE: a refresh, hold, resume, another address. A refusal leaves everything as it was. */
  #receiveChange(transaction: ServerTransaction, request: SipRequest): void {
    if (this.#state === 'leaving' || this.#hangUpAfterAck) this.#respond(transaction, 481);
    else if (request.method === 'INVITE') this.#receiveInvite(transaction, request);
    else {
      const stream = answerUpdate(
        this.#environment,
        this.#local,
        this.#dialog,
        this.#negotiation,
        transaction,
        () => this.#refresh.answer(request),
      );
      if (stream) this.#user.onStream(stream);
    }
  }

  /** A re-INVITE (section 14.2). */
  #receiveInvite(transaction: ServerTransaction, request: SipRequest): void {
    if (this.#negotiation.offered) {
      // Two offers at once: the other side waits a little and tries again.
      this.#respond(transaction, 491);
    } else {
      const body = sessionBody(request);
      if (body === 'none') this.#acceptInvite(transaction, this.#negotiation.offer());
      else if (body === 'unsupported') {
        const {status, headers} = refuseBody(request, sessionTypes);
        this.#respond(transaction, status, {headers});
      } else this.#takeOffer(transaction, body);
    }
  }

  #takeOffer(transaction: ServerTransaction, offer: Uint8Array): void {
    const answered = this.#negotiation.answer(offer);
    if (!answered.ok) {
      const {status, text} = answered.error;
      this.#respond(transaction, status, {headers: [warning(text)]});
      return;
    }
    this.#acceptInvite(transaction, answered.value.body);
    this.#user.onStream(answered.value.stream);
  }

  #acceptInvite(transaction: ServerTransaction, body: Uint8Array): void {
    this.#dialog.refreshTarget(transaction.request);
    this.#sendAnswer(transaction, body);
  }

  #sendAnswer(transaction: ServerTransaction, body: Uint8Array): void {
    // Who sends a further INVITE has seen the answer to the one before, though its ACK was lost.
    this.#answer?.stop();
    const contact: ExtraHeader = {name: 'Contact', value: this.#local.contact};
    const tag = this.#dialog.localTag;
    const {request} = transaction;
    const headers = [contact, ...capabilityHeaders, ...this.#refresh.answer(request)];
    const response = buildResponse(this.#environment, request, 200, {tag, headers, body});
    this.#answer = new AnswerRepetition(transaction, response, this.#environment, () => this.#missAck());
  }

  #missAck(): void {
    this.#answer = undefined;
    if (this.#hangUpAfterAck) this.#leave();
    else this.#break('the phone never acknowledged the answer (ACK missing)');
  }

  #receiveBye(): void {
    const told = this.#state === 'leaving' || this.#hangUpAfterAck;
    this.#close();
    if (!told) this.#user.onBye();
    this.#user.onClosed();
  }

  #break(text: string): void {
    this.#user.onBroken(text);
    this.#leave();
  }

  #leave(): void {
    this.#state = 'leaving';
    this.#refresh.stop();
    this.#answer?.stop();
    this.#answer = undefined;
    sendBye(this.#environment, this.#local, this.#dialog, () => {
      if (this.#state === 'closed') return;
      this.#close();
      this.#user.onClosed();
    });
  }

  #close(): void {
    this.#state = 'closed';
    this.#refresh.stop();
    this.#answer?.stop();
    this.#answer = undefined;
    this.#environment.dialogs.end(this.#dialog, this);
  }

  #respond(transaction: ServerTransaction, status: number, content?: ResponseContent): void {
    transaction.respond(buildResponse(this.#environment, transaction.request, status, content));
  }
}

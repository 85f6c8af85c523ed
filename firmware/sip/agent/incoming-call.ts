import {isIPv6} from 'node:net';
import type {SessionDescription} from '../../sdp/session-description.ts';
import type {LocalEnd} from '../dialog/environment.ts';
import {type GivenUp, IncomingInvite} from '../dialog/incoming-invite.ts';
import type {EncryptionWish} from '../dialog/negotiation.ts';
import type {ServerTransaction} from '../transaction/transaction.ts';
import {answerAfter} from './auto-answer.ts';
import type {
  Call,
  CallEnd,
  CallListener,
  IncomingCall as IncomingCallContract,
  MediaPort,
  Party,
  RefusalStatus,
} from './call.ts';
import {CallBase, type CallServices} from './call-base.ts';
import {addressForOffer} from './media-address.ts';

/** What is known of an INVITE that may be answered. */
export interface Invitation {
  readonly caller: Party;
  /** This side of the dialog. */
  readonly local: LocalEnd;
  /** Our address as the caller sees it. */
  readonly localAddress: string;
  readonly encryption: EncryptionWish;
  /** Its offer, which can be answered; undefined where it has none. */
  readonly offer: SessionDescription | undefined;
  /** The call that it is to take the place of (RFC 3891). */
  readonly replaces: Call | undefined;
}

/** A call that somebody else places. */
export class IncomingCall extends CallBase implements IncomingCallContract {
  readonly id: string;
  readonly direction = 'incoming';
  readonly party: Party;
  readonly answerAfter: number | undefined;
  readonly replaces: Call | undefined;
  onEnded: ((end: CallEnd) => void) | undefined;
  #transaction: ServerTransaction;
  #invite: IncomingInvite;
  #invitation: Invitation;

  constructor(
    services: CallServices,
    transaction: ServerTransaction,
    invitation: Invitation,
    onGone: () => void,
  ) {
    super(services, onGone);
    const {caller, local, replaces} = invitation;
    this.id = transaction.request.callId;
    this.party = caller;
    this.answerAfter = answerAfter(transaction.request.headers);
    this.replaces = replaces;
    this.#transaction = transaction;
    this.#invitation = invitation;
    const {transport, remote} = transaction.source;
    this.hold({transport, ...remote});
    this.#invite = new IncomingInvite(services.environment, local, transaction, (why) => {
      this.end(endOfGivenUp(why, this.who));
      this.gone();
    });
  }

  get caller(): Party {
    return this.party;
  }

  ring(): void {
    if (this.state !== 'calling') return;
    this.enter('ringing');
    this.#invite.ring();
  }

  answer(listener: CallListener): void {
    if (this.state === 'ended' || this.listener) return;
    this.listener = listener;
    void this.#answer();
  }

  refuse(status: RefusalStatus): void {
    if (this.state === 'ended' || this.session) return;
    this.#invite.refuse(status);
    this.end({cause: 'refused', status, text: `the call from ${this.who} was refused here`});
    this.gone();
  }

  /** 486 rather than 603: other phones of the called party may go on ringing. */
  protected override giveUp(): void {
    this.refuse(486);
  }

  protected override tellEnd(end: CallEnd): void {
    if (this.listener) super.tellEnd(end);
    else this.onEnded?.(end);
  }

  async #answer(): Promise<void> {
    const {transport, remote} = this.#transaction.source;
    const {localAddress, offer} = this.#invitation;
    const address = offer ? addressForOffer(offer, localAddress, this.services.transport) : localAddress;
    if (address === undefined) {
      const [wanted, other] = isIPv6(localAddress) ? ['IPv4', 'IPv6'] : ['IPv6', 'IPv4'];
      this.#fail(
        488,
        `the sound of ${this.who} is on ${wanted}, where nothing listens here: only ${other} is in sip.listen`,
      );
      return;
    }
    const media = await this.openMedia(address, {transport, ...remote});
    if (typeof media === 'string') this.#fail(500, media);
    else if (media) this.#accept(media, address);
  }

  #accept(media: MediaPort, address: string): void {
    const {encryption, offer} = this.#invitation;
    const negotiation = this.negotiate(address, media, encryption);
    const answered = offer && negotiation.answerTo(offer);
    if (answered && !answered.ok) {
      this.#fail(answered.error.status, answered.error.text);
      return;
    }
    // Without an offer in the INVITE ours goes into the 200, and the stream is known with the ACK.
    const body = answered ? answered.value.body : negotiation.offer();
    this.session = this.#invite.accept(negotiation, body, this.sessionUser);
    this.enter('talking');
    if (answered) this.settle(answered.value.stream);
  }

  #fail(status: number, text: string): void {
    this.#invite.refuse(status);
    this.end({cause: 'failed', text});
    this.gone();
  }
}

function endOfGivenUp(why: GivenUp, who: string): CallEnd {
  switch (why) {
    case 'answered-elsewhere':
      return {cause: 'answered-elsewhere', text: `the call from ${who} was answered by another phone`};
    case 'expired':
      return {cause: 'no-answer', text: `the call from ${who} was not answered in the time it allowed`};
    case 'unconfirmed':
      return {cause: 'failed', text: `${who} never confirmed that it heard of the ringing (PRACK missing)`};
    default:
      return {cause: 'cancelled', text: `${who} gave up before an answer`};
  }
}

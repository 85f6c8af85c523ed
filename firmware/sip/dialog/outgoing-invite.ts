import type {Timer} from '../../base/clock.ts';
import {createRequest} from '../message/create.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import type {ServerTransaction} from '../transaction/transaction.ts';
import {type Destination, formatSocketAddress} from '../transport/transport.ts';
import {allowedMethods, sessionType, supportedExtensions} from './capabilities.ts';
import {ChallengedRequest} from './challenged-request.ts';
import {Dialog, type ExtraHeader} from './dialog.ts';
import type {DialogUser} from './dialog-table.ts';
import type {DialogEnvironment, LocalEnd} from './environment.ts';
import {answerPrack} from './reliable-provisional.ts';
import {isReliable, ReliableResponses} from './reliable-responses.ts';
import {sendAck, sendBye, sendPrack} from './requests.ts';
import {answerQuery, buildResponse} from './respond.ts';
import {demandedInterval, lengtheningLimit, requestInterval, smallestInterval} from './session-timer.ts';

/** Branches of a fork whose early dialogs are kept at a time. */
const forkLimit = 8;

/** What an INVITE says: URIs as text, From with its tag, and the offer. */
export interface Invitation {
  readonly requestUri: string;
  /** Values of Route, in order: through whom it goes. */
  readonly routes: readonly string[];
  /** Values of the From and To headers. */
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  /** CSeq number; tries with credentials count on from it. */
  readonly sequence: number;
  /** An SDP offer. */
  readonly offer: Uint8Array;
  /** Further headers. */
  readonly headers: readonly ExtraHeader[];
}

/** Who is told what becomes of an INVITE. */
export interface OutgoingInviteUser {
  /** A response of 101 to 199, perhaps with a preview of the answer. */
  onProvisional(response: SipResponse): void;
  /** An UPDATE in an early dialog, to be answered. */
  onUpdate(dialog: Dialog, transaction: ServerTransaction): void;
  /** The first 2xx; it has been acknowledged. Whoever takes the requests of `dialog` now ends it in time. */
  onAccepted(dialog: Dialog, response: SipResponse): void;
  /** A final response of 300 or above. */
  onRefused(response: SipResponse): void;
  /** No final response will come, or the other side ended the call before it was answered. */
  onFailed(why: 'timeout' | 'transport' | 'bye', text: string): void;
  /** A cancelled INVITE has left nothing behind; nothing else is told after `cancel`. */
  onCancelled(): void;
}

/**
 * The calling side of an INVITE until it is answered (RFC 3261 section 13.2).
 *
 *     inviting --2xx: ACK--> accepted      further 2xx: same branch ACK again, other branch ACK and BYE
 *        |   |--300-699, failure--> over
 *        +--cancel, no answer--> cancelled --2xx that crossed: ACK, BYE--> over
 *                         +--487, failure---------------------> over
 */
export class OutgoingInvite implements DialogUser {
  #environment: DialogEnvironment;
  #local: LocalEnd;
  #user: OutgoingInviteUser;
  #state: 'inviting' | 'cancelled' | 'accepted' | 'over' = 'inviting';
  #request: ChallengedRequest;
  #send: () => ChallengedRequest;
  /** The greatest Min-SE (s) met; RFC 4028 section 7.3. */
  #leastInterval = smallestInterval;
  #lengthened = 0;
  /** Early dialogs by To tag (section 12.1). */
  #early = new Map<string, Dialog>();
  #reliable = new ReliableResponses();
  /** What repeats the ACK of each 2xx, by To tag. */
  #acknowledged = new Map<string, () => void>();
  /** Runs out where nothing at all is heard of the server. */
  #patience: Timer | undefined;

  /**
   * Sends the INVITE to `destination` at once. `patience`: how long (ms) any response is waited for where another
   * server could be asked instead. After that the INVITE has failed and is cancelled, should it have arrived after all.
   */
  constructor(
    environment: DialogEnvironment,
    local: LocalEnd,
    invitation: Invitation,
    destination: Destination,
    user: OutgoingInviteUser,
    patience?: number,
  ) {
    this.#environment = environment;
    this.#local = local;
    this.#user = user;
    let {sequence} = invitation;
    const build = (credentials: readonly ExtraHeader[]) => {
      if (patience !== undefined) this.#wait(patience, destination);
      const headers = [
        {name: 'Contact', value: local.contact},
        ...requestInterval(this.#leastInterval),
        ...credentials,
      ];
      return createInvite(invitation, sequence++, headers);
    };
    this.#send = () =>
      new ChallengedRequest(environment, local, build, destination, {
        onResponse: (response) => this.#receiveResponse(response),
        onFailure: (why, text) => this.#fail(why, text),
      });
    this.#request = this.#send();
  }

  /** CSeq number of the INVITE as it was sent last. */
  get sequence(): number {
    return this.#request.request.cseq.number;
  }

  /** Gives up before an answer; `reason` is the value of a Reason header (RFC 3326). */
  cancel(reason?: string): void {
    if (this.#state !== 'inviting') return;
    this.#state = 'cancelled';
    this.#patience?.cancel();
    this.#request.cancel(reason);
  }

  /** Requests of the other side in an early dialog. */
  receive(transaction: ServerTransaction | undefined, request: SipRequest): void {
    if (!transaction) return;
    const respond = (status: number) =>
      transaction.respond(buildResponse(this.#environment, request, status));
    const dialog = this.#early.get(request.from.tag ?? '');
    if (!dialog?.acceptSequence(request)) respond(dialog ? 500 : 481);
    else if (request.method === 'INVITE') respond(491);
    else if (request.method === 'UPDATE') this.#user.onUpdate(dialog, transaction);
    else if (request.method === 'PRACK') answerPrack(this.#environment, transaction, undefined);
    else if (request.method === 'BYE') {
      // It answered, every 2xx was lost, and it has given up waiting for the ACK.
      respond(200);
      const told = this.#state === 'cancelled';
      this.cancel();
      if (!told) this.#user.onFailed('bye', 'the call was ended before its answer arrived');
    } else answerQuery(this.#environment, transaction);
  }

  #receiveResponse(response: SipResponse): void {
    const {status} = response;
    this.#patience?.cancel();
    if (status < 200) this.#receiveProvisional(response);
    else if (status < 300) this.#receiveSuccess(response);
    else if (!this.#lengthenInterval(response)) this.#end(() => this.#user.onRefused(response));
  }

  #receiveProvisional(response: SipResponse): void {
    if (response.status === 100 || this.#state !== 'inviting') return;
    const tag = response.to.tag;
    const gone = response.status === 199;
    if (tag !== undefined && !gone && !this.#early.has(tag) && this.#early.size < forkLimit) {
      const dialog = Dialog.ofResponse(this.#request.request, response);
      this.#early.set(tag, dialog);
      this.#environment.dialogs.set(dialog, this);
    }
    if (isReliable(response)) {
      const dialog = this.#early.get(tag ?? '');
      if (!dialog || !this.#reliable.take(response)) return;
      sendPrack(this.#environment, this.#local, dialog, response);
    }
    if (gone) this.#forgetBranch(tag ?? '');
    else this.#user.onProvisional(response);
  }

  #receiveSuccess(response: SipResponse): void {
    const tag = response.to.tag ?? '';
    const repeat = this.#acknowledged.get(tag);
    if (repeat) {
      repeat();
      return;
    }
    if (this.#acknowledged.size >= forkLimit) return;
    const invite = this.#request.request;
    const dialog = this.#early.get(tag) ?? Dialog.ofResponse(invite, response);
    dialog.confirm(response);
    this.#acknowledged.set(tag, sendAck(this.#environment, this.#local, dialog, invite));
    if (this.#state === 'inviting') {
      this.#forgetEarly();
      this.#state = 'accepted';
      this.#user.onAccepted(dialog, response);
    } else {
      // Cancelled too late, or a second phone behind a forking proxy (section 13.2.2.4).
      sendBye(this.#environment, this.#local, dialog, () => this.#end(() => {}));
    }
  }

  #wait(patience: number, destination: Destination): void {
    this.#patience?.cancel();
    this.#patience = this.#environment.clock.after(patience, () => {
      this.cancel();
      this.#user.onFailed('timeout', `no answer from ${formatSocketAddress(destination)}`);
    });
  }

  /** Tries again where the session interval was too short; false where that is not what was wrong. */
  #lengthenInterval(response: SipResponse): boolean {
    const demanded = demandedInterval(response, this.#leastInterval);
    if (demanded === undefined || this.#state !== 'inviting' || ++this.#lengthened > lengtheningLimit)
      return false;
    this.#leastInterval = demanded;
    this.#forgetEarly();
    this.#reliable = new ReliableResponses();
    this.#request = this.#send();
    return true;
  }

  #fail(why: 'timeout' | 'transport', text: string): void {
    this.#end(() => this.#user.onFailed(why, text));
  }

  /** Leaves nothing behind; `tell` is for a user who has not cancelled. */
  #end(tell: () => void): void {
    const state = this.#state;
    if (state === 'accepted' || state === 'over') return;
    this.#patience?.cancel();
    this.#state = 'over';
    this.#forgetEarly();
    if (state === 'cancelled') this.#user.onCancelled();
    else tell();
  }

  /** One branch of a fork has given up (RFC 6228); others may go on ringing. */
  #forgetBranch(tag: string): void {
    const dialog = this.#early.get(tag);
    if (dialog) this.#environment.dialogs.remove(dialog, this);
    this.#early.delete(tag);
  }

  #forgetEarly(): void {
    for (const dialog of this.#early.values()) this.#environment.dialogs.remove(dialog, this);
    this.#early.clear();
  }
}

function createInvite(invitation: Invitation, cseq: number, extra: readonly ExtraHeader[]): SipRequest {
  const {requestUri, routes, from, to, callId, offer, headers: own} = invitation;
  const request = createRequest({method: 'INVITE', requestUri, routes, from, to, callId, cseq});
  const headers = [
    ...extra,
    ...own,
    {name: 'Allow', value: allowedMethods},
    {name: 'Supported', value: supportedExtensions},
    {name: 'Accept', value: sessionType},
    {name: 'Content-Type', value: sessionType},
  ];
  request.headers.appendAll(headers);
  request.body = offer;
  return request;
}

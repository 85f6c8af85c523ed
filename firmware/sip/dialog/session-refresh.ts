import type {Timer} from '../../base/clock.ts';
import type {AudioStream} from '../../rtp/audio-stream.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import type {TransactionUser} from '../transaction/transaction.ts';
import type {Destination} from '../transport/transport.ts';
import {allowsUpdate, capabilityHeaders, sessionType} from './capabilities.ts';
import {ChallengedRequest} from './challenged-request.ts';
import type {Dialog, ExtraHeader} from './dialog.ts';
import type {DialogEnvironment, LocalEnd} from './environment.ts';
import type {Negotiation} from './negotiation.ts';
import {ReInvite} from './re-invite.ts';
import {sessionBody} from './session-body.ts';
import {
  agreedInterval,
  answerInterval,
  demandedInterval,
  lengtheningLimit,
  requestInterval,
  SessionTimer,
  smallestInterval,
} from './session-timer.ts';

/** How long (ms) to wait after a failure that says nothing of when to try again, and at least. */
const retryDelay = 10_000;
const leastDelay = 1000;

/** Who is told what refreshing a session brings to light. */
export interface RefreshUser {
  /** A re-INVITE of ours was answered. */
  onStream(stream: AudioStream): void;
  /** The session has expired, or the other side knows nothing of it any more; `text` says so. */
  onLost(text: string): void;
}

/**
 * Keeps a session alive by session timers (RFC 4028), in either role. A refresh from here is an UPDATE without a body
 * where the other side allows UPDATE, else a re-INVITE that repeats this side's last session description unchanged.
 *
 *     idle --half of the interval--> asking --2xx--> idle
 *                                    |    ^
 *            491, Retry-After, 422 --+----+         408, 481, nothing: lost; expiry in any state: lost
 */
export class SessionRefresh {
  #environment: DialogEnvironment;
  #local: LocalEnd;
  #dialog: Dialog;
  #negotiation: Negotiation;
  #user: RefreshUser;
  #timer: SessionTimer;
  #updateAllowed = false;
  /** The greatest Min-SE (s) met in this dialog. */
  #least = smallestInterval;
  #lengthened = 0;
  #asking = false;
  #invite: ReInvite | undefined;
  #again: Timer | undefined;
  #stopped = false;

  /** Does nothing until an interval is agreed on. */
  constructor(
    environment: DialogEnvironment,
    local: LocalEnd,
    dialog: Dialog,
    negotiation: Negotiation,
    user: RefreshUser,
  ) {
    this.#environment = environment;
    this.#local = local;
    this.#dialog = dialog;
    this.#negotiation = negotiation;
    this.#user = user;
    this.#timer = new SessionTimer(
      environment.clock,
      () => this.#refresh(),
      () => this.#lose('the session timer ran out: the phone has not been heard of (RFC 4028)'),
    );
  }

  /** Takes an INVITE or UPDATE of the other side that is being accepted; returns what the 2xx says of timers. */
  answer(request: SipRequest): readonly ExtraHeader[] {
    this.#learn(request);
    const {headers, agreed} = answerInterval(request);
    this.#begin(agreed);
    return headers;
  }

  /** Takes the 2xx to an INVITE or UPDATE of ours. */
  accepted(response: SipResponse): void {
    this.#learn(response);
    this.#begin(agreedInterval(response));
  }

  /** The session ends: nothing is sent any more. */
  stop(): void {
    this.#stopped = true;
    this.#timer.stop();
    this.#again?.cancel();
    this.#invite?.cancel();
  }

  #begin(agreed: ReturnType<typeof agreedInterval>): void {
    this.#again?.cancel();
    if (!this.#stopped) this.#timer.start(agreed);
  }

  #learn(message: SipRequest | SipResponse): void {
    this.#updateAllowed = allowsUpdate(message) ?? this.#updateAllowed;
  }

  #refresh(): void {
    // The answer to an offer of ours is still to come: as good as a glare.
    if (this.#negotiation.offered) this.#retry(this.#glareDelay());
    else if (!this.#asking) {
      this.#asking = true;
      this.#environment.locate(this.#dialog.nextHop, (destination) => {
        if (this.#stopped) return;
        if (destination.ok && !this.#negotiation.offered) this.#ask(destination.value);
        else {
          this.#asking = false;
          this.#retry(retryDelay);
        }
      });
    }
  }

  #ask(destination: Destination): void {
    const user: TransactionUser = {
      onResponse: (response) => this.#receive(response),
      onFailure: (why) => this.#fail(why),
    };
    const headers = [
      {name: 'Contact', value: this.#local.contact},
      ...capabilityHeaders,
      ...requestInterval(this.#least, 'uac'),
    ];
    if (this.#updateAllowed) {
      const build = (extra: readonly ExtraHeader[]) =>
        this.#dialog.createRequest('UPDATE', [...headers, ...extra]);
      new ChallengedRequest(this.#environment, this.#local, build, destination, user);
      return;
    }
    const content = {
      headers: [...headers, {name: 'Content-Type', value: sessionType}],
      body: this.#negotiation.repeat(),
    };
    this.#invite = new ReInvite(this.#environment, this.#local, this.#dialog, destination, content, user);
  }

  #receive(response: SipResponse): void {
    const {status} = response;
    if (status < 200) return;
    const byInvite = this.#finish();
    if (this.#stopped) return;
    const demanded = demandedInterval(response, this.#least);
    const seconds = retryAfter(response);
    if (status < 300) this.#succeed(response, byInvite);
    else if (status === 408 || status === 481) {
      this.#lose(`the phone does not know the call any more (${status} ${response.reason})`);
    } else if (demanded !== undefined) {
      this.#least = demanded;
      if (++this.#lengthened <= lengtheningLimit) this.#refresh();
    } else if (status === 491) this.#retry(this.#glareDelay());
    else if (seconds !== undefined) this.#retry(Math.max(seconds * 1000, leastDelay));
    else if (!byInvite) {
      this.#updateAllowed = false;
      this.#refresh();
    }
    // A re-INVITE that is refused otherwise changes nothing: the session goes on until it expires.
  }

  #succeed(response: SipResponse, byInvite: boolean): void {
    this.#dialog.refreshTarget(response);
    this.accepted(response);
    const body = byInvite ? sessionBody(response) : 'none';
    if (typeof body === 'string') return;
    const stream = this.#negotiation.accept(body, true);
    if (stream.ok) this.#user.onStream(stream.value);
  }

  #fail(why: 'timeout' | 'transport'): void {
    this.#finish();
    if (this.#stopped) return;
    if (why === 'timeout') this.#lose('the phone does not answer any more');
    else this.#retry(retryDelay);
  }

  /** The request is over, and with it the offer of a re-INVITE. Returns whether it was one. */
  #finish(): boolean {
    const byInvite = this.#invite !== undefined;
    if (byInvite) this.#negotiation.close();
    this.#invite = undefined;
    this.#asking = false;
    return byInvite;
  }

  #retry(milliseconds: number): void {
    this.#again?.cancel();
    this.#again = this.#environment.clock.after(milliseconds, () => this.#refresh());
  }

  /** RFC 3261 section 14.1, in steps of 10 ms: who made the Call-ID waits longer, so that the two do not meet again. */
  #glareDelay(): number {
    const [high, low] = this.#environment.random(2);
    const share = 256 * high! + low!;
    return this.#dialog.ownsCallId ? 2100 + 10 * (share % 191) : 10 * (share % 201);
  }

  #lose(text: string): void {
    this.stop();
    this.#user.onLost(text);
  }
}

function retryAfter({headers}: SipResponse): number | undefined {
  const digits = /^\s*(\d{1,4})\b/.exec(headers.get('Retry-After') ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

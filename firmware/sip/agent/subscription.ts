import type {Timer} from '../../base/clock.ts';
import {Dialog, type ExtraHeader} from '../dialog/dialog.ts';
import type {DialogUser} from '../dialog/dialog-table.ts';
import type {DialogEnvironment, LocalEnd} from '../dialog/environment.ts';
import {sendNotify} from '../dialog/requests.ts';
import {buildResponse} from '../dialog/respond.ts';
import type {SipRequest} from '../message/message.ts';
import {parseUri} from '../message/uri.ts';
import type {ServerTransaction} from '../transaction/transaction.ts';
import type {Destination} from '../transport/transport.ts';
import type {EventPackage, NotifiedState} from './event-package.ts';

/** RFC 4235 section 3.10: no more notifications of changes than one in so many ms. */
const pace = 1000;
/** How long a subscription lasts where the subscriber does not say, and at most; s (RFC 4235 section 3.4). */
const longest = 3600;
/** Answers to NOTIFY after which the subscriber may still be there: it was busy. */
const passing = [491, 500, 503];

export interface SubscriptionOptions {
  readonly environment: DialogEnvironment;
  readonly local: LocalEnd;
  readonly localTag: string;
  /** Value of the Event header. */
  readonly event: string;
  readonly eventPackage: EventPackage;
  /**
   * Who asked, where nobody vouches for it: Contact and routes may then name another port of this address, but no other
   * host, which would have notifications that it never asked for. Undefined: notifications go where those lead.
   */
  readonly bound: Destination | undefined;
  state(): NotifiedState;
  /** Called when nothing is left of it. */
  onGone(): void;
}

/**
 * One subscription, the notifier's side (RFC 6665 section 4.2), from the SUBSCRIBE that creates it:
 *
 *     active --unsubscribed, expired, stopped: last NOTIFY--> ending --its response or 64*T1--> gone
 *        +--a NOTIFY fails---------------------------------------------------------------------> gone
 */
export class Subscription implements DialogUser {
  #options: SubscriptionOptions;
  #dialog: Dialog;
  #state: 'active' | 'ending' | 'gone' = 'active';
  #reason = 'timeout';
  #version = 0;
  #expiresAt = 0;
  #expiry: Timer | undefined;
  /** Holds changes back that come too soon after the last NOTIFY. */
  #pause: Timer | undefined;
  #outstanding = false;
  #due = false;

  constructor(options: SubscriptionOptions, transaction: ServerTransaction) {
    this.#options = options;
    this.#dialog = Dialog.ofRequest(transaction.request, options.localTag);
    options.environment.dialogs.set(this.#dialog, this);
    this.#subscribed(transaction);
  }

  /** A request of the subscriber in this dialog. */
  receive(transaction: ServerTransaction | undefined, request: SipRequest): void {
    if (!transaction) return;
    if (!this.#dialog.acceptSequence(request)) this.#respond(transaction, 500);
    else if (request.method !== 'SUBSCRIBE') {
      this.#respond(transaction, 405, [{name: 'Allow', value: 'SUBSCRIBE'}]);
    } else if (this.#state !== 'active') this.#respond(transaction, 481);
    else {
      this.#dialog.refreshTarget(request);
      this.#subscribed(transaction);
    }
  }

  /** What it is about has changed: notifies, at once or as soon as the pace allows. */
  changed(): void {
    if (this.#state !== 'active') return;
    this.#due = true;
    this.#notifyWhenDue();
  }

  /** Ends it from here; the subscriber is asked to try again later. */
  close(): void {
    this.#end('probation;retry-after=10');
  }

  /** A new time to last, or the wish to end; either is answered and followed by a NOTIFY (sections 4.2.1.1 and 4.2.1.4). */
  #subscribed(transaction: ServerTransaction): void {
    const {clock} = this.#options.environment;
    const seconds = expiresOf(transaction.request);
    this.#respond(transaction, 200, [
      {name: 'Expires', value: String(seconds)},
      {name: 'Contact', value: this.#options.local.contact},
    ]);
    this.#expiry?.cancel();
    if (seconds === 0) {
      this.#end('timeout');
      return;
    }
    this.#expiresAt = clock.now() + 1000 * seconds;
    this.#expiry = clock.after(1000 * seconds, () => this.#end('timeout'));
    this.#notifyNow();
  }

  #end(reason: string): void {
    if (this.#state !== 'active') return;
    this.#state = 'ending';
    this.#reason = reason;
    this.#expiry?.cancel();
    this.#notifyNow();
  }

  #notifyNow(): void {
    this.#pause?.cancel();
    this.#pause = undefined;
    this.#due = true;
    this.#notifyWhenDue();
  }

  #notifyWhenDue(): void {
    if (!this.#due || this.#outstanding || this.#pause || this.#state === 'gone') return;
    const {environment, bound} = this.#options;
    this.#due = false;
    this.#outstanding = true;
    this.#pause = environment.clock.after(pace, () => {
      this.#pause = undefined;
      this.#notifyWhenDue();
    });
    const last = this.#state === 'ending';
    const {nextHop} = this.#dialog;
    const uri = parseUri(nextHop);
    if (bound && !(uri.ok && uri.value.host === bound.address)) this.#notify(bound, last);
    else {
      environment.locate(nextHop, (found) => {
        if (found.ok) this.#notify(found.value, last);
        else this.#leave();
      });
    }
  }

  #notify(destination: Destination, last: boolean): void {
    const {environment, local, event, eventPackage, state} = this.#options;
    const left = Math.ceil((this.#expiresAt - environment.clock.now()) / 1000);
    const notification = {
      event,
      state: last ? `terminated;reason=${this.#reason}` : `active;expires=${left}`,
      type: eventPackage.contentType,
      body: eventPackage.body(state(), this.#version++),
    };
    sendNotify(environment, local, this.#dialog, destination, notification, (status) =>
      this.#notified(last, status !== undefined && (status < 300 || passing.includes(status))),
    );
  }

  #notified(last: boolean, arrived: boolean): void {
    this.#outstanding = false;
    if (last || !arrived) this.#leave();
    else this.#notifyWhenDue();
  }

  #leave(): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.#expiry?.cancel();
    this.#pause?.cancel();
    this.#options.environment.dialogs.remove(this.#dialog, this);
    this.#options.onGone();
  }

  #respond(transaction: ServerTransaction, status: number, headers: readonly ExtraHeader[] = []): void {
    const tag = this.#dialog.localTag;
    transaction.respond(
      buildResponse(this.#options.environment, transaction.request, status, {tag, headers}),
    );
  }
}

/** How long (s) a subscriber wants to be told, as far as it is granted; what is no number is as if it were not there. */
function expiresOf({headers}: SipRequest): number {
  const value = headers.get('Expires')?.trim() ?? '';
  return /^\d{1,10}$/.test(value) ? Math.min(Number(value), longest) : longest;
}

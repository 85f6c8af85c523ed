import type {DialogEnvironment, LocalEnd} from '../dialog/environment.ts';
import type {ResponseContent} from '../dialog/respond.ts';
import type {SipRequest} from '../message/message.ts';
import type {ServerTransaction} from '../transaction/transaction.ts';
import type {Call, Party} from './call.ts';
import {CallStates} from './call-states.ts';
import {allowedEvents, type EventPackage, eventPackages, type NotifiedState} from './event-package.ts';
import {Subscription} from './subscription.ts';

/** Subscriptions at a time: of everybody, and of one address. */
const subscriptionLimit = 32;
const subscriptionLimitOfSource = 8;
/** When somebody for whom there was no room may try again; s. */
const retrySeconds = 600;
/** Longest value of an Event header that is kept to be sent back. */
const eventLimit = 128;

interface NotifierOptions {
  readonly environment: DialogEnvironment;
  /** Whether `subscriber` may know what this user agent is doing. */
  allows(subscriber: Party): boolean;
  /** All calls there are. */
  calls(): Iterable<Call>;
  /** Whether calls would be taken. */
  isOpen(): boolean;
}

/** The notifier of RFC 6665: tells those who subscribed, and may, of the calls and the presence of this user agent. */
export class Notifier {
  #options: NotifierOptions;
  #states = new CallStates();
  /** Each with the address of its subscriber. */
  #subscriptions = new Map<Subscription, string>();
  #told = '';

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** Calls may have begun, gone on or ended. */
  changed(): void {
    if (this.#subscriptions.size === 0) return;
    const now = this.#summary();
    if (now === this.#told) return;
    this.#told = now;
    for (const subscription of this.#subscriptions.keys()) subscription.changed();
  }

  /**
   * A SUBSCRIBE outside of a dialog from `subscriber`. Whoever may not subscribe leaves nothing behind here.
   * @returns how to refuse it; undefined where it was accepted.
   */
  subscribe(
    transaction: ServerTransaction,
    subscriber: Party,
    local: LocalEnd,
    tag: string,
  ): (ResponseContent & {status: number}) | undefined {
    const {request, source} = transaction;
    const event = request.headers.get('Event')?.trim() ?? '';
    const eventPackage = eventPackages.get(event.split(';', 1)[0]!.trim().toLowerCase());
    if (!eventPackage || event.length > eventLimit) {
      return {status: 489, headers: [{name: 'Allow-Events', value: allowedEvents}]};
    }
    if (!this.#options.allows(subscriber)) return {status: 403};
    if (request.contact?.uri.host === undefined) return {status: 400};
    if (!accepts(request, eventPackage)) {
      return {status: 406, headers: [{name: 'Accept', value: eventPackage.contentType}]};
    }
    if (!this.#hasRoomFor(subscriber.address)) {
      return {status: 480, headers: [{name: 'Retry-After', value: String(retrySeconds)}]};
    }
    const subscription: Subscription = new Subscription(
      {
        environment: this.#options.environment,
        local,
        localTag: tag,
        event,
        eventPackage,
        bound: subscriber.account === undefined ? {transport: source.transport, ...source.remote} : undefined,
        state: () => this.#state(local),
        onGone: () => this.#subscriptions.delete(subscription),
      },
      transaction,
    );
    if (this.#subscriptions.size === 0) this.#told = this.#summary();
    this.#subscriptions.set(subscription, subscriber.address);
    return undefined;
  }

  /** Ends all subscriptions with a last notification. */
  close(): void {
    for (const subscription of this.#subscriptions.keys()) subscription.close();
  }

  /** What subscribers are told, to be compared. */
  #summary(): string {
    this.#states.update(this.#options.calls());
    return JSON.stringify([this.#states.list, this.#options.isOpen()]);
  }

  #state({contact}: LocalEnd): NotifiedState {
    this.#states.update(this.#options.calls());
    const entity = contact.replace(/^<|>$/g, '');
    return {entity, open: this.#options.isOpen(), dialogs: this.#states.list};
  }

  #hasRoomFor(address: string): boolean {
    if (this.#subscriptions.size >= subscriptionLimit) return false;
    const ofSource = [...this.#subscriptions.values()].filter((other) => other === address).length;
    return ofSource < subscriptionLimitOfSource;
  }
}

function accepts({headers}: SipRequest, {contentType}: EventPackage): boolean {
  const accepted = headers.list('Accept').map((value) => value.split(';', 1)[0]!.trim().toLowerCase());
  return (
    accepted.length === 0 || [contentType, 'application/*', '*/*'].some((type) => accepted.includes(type))
  );
}

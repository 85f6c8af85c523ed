import type {SipRequest} from '../message/message.ts';
import {reasonPhrase} from '../message/reason-phrases.ts';
import type {ServerTransaction} from '../transaction/transaction.ts';
import type {Dialog, ExtraHeader} from './dialog.ts';
import type {DialogEnvironment, LocalEnd} from './environment.ts';
import {sendNotify} from './requests.ts';
import {buildResponse, warning} from './respond.ts';

/** How long (s) the subscription lasts at most: longer than any phone is left ringing. */
const lifetime = 180;

/**
 * A REFER in a dialog, the recipient's side, with the subscription that it creates (RFC 3515): the referrer is told
 * of the call it asked for by NOTIFY, unless it does not want to be (RFC 4488).
 *
 *     received --accept: 202, NOTIFY 100--> active --finish: last NOTIFY--> over
 *        +--refuse---------------------------------------------------------> over
 *                                             +--unsubscribed, a NOTIFY fails--> over
 */
export class Referral {
  /** The REFER. */
  readonly request: SipRequest;
  #environment: DialogEnvironment;
  #local: LocalEnd;
  #dialog: Dialog;
  #transaction: ServerTransaction;
  /** Value of the Event header. */
  #event: string;
  #state: 'received' | 'active' | 'over' = 'received';
  #expiresAt = 0;
  /** What was told last of the call. */
  #status = 100;
  #outstanding = false;
  /** The status that the referrer is to be told as soon as it has answered the NOTIFY before. */
  #due: {readonly status: number; readonly last: boolean} | undefined;

  /** `first`: whether it is the first REFER in its dialog; later ones are told apart by an id (section 2.4.6). */
  constructor(
    environment: DialogEnvironment,
    local: LocalEnd,
    dialog: Dialog,
    transaction: ServerTransaction,
    first: boolean,
  ) {
    this.request = transaction.request;
    this.#environment = environment;
    this.#local = local;
    this.#dialog = dialog;
    this.#transaction = transaction;
    this.#event = first ? 'refer' : `refer;id=${transaction.request.cseq.number}`;
  }

  /** Value of this side's Contact in the dialog. */
  get contact(): string {
    return this.#local.contact;
  }

  /** Answers 202; the call that is asked for is being placed. */
  accept(): void {
    if (this.#state !== 'received') return;
    const {clock} = this.#environment;
    const silent = /^\s*false\b/i.test(this.request.headers.get('Refer-Sub') ?? '');
    this.#state = silent ? 'over' : 'active';
    this.#expiresAt = clock.now() + 1000 * lifetime;
    const headers = [{name: 'Contact', value: this.#local.contact}];
    if (silent) headers.push({name: 'Refer-Sub', value: 'false'});
    this.#respond(this.#transaction, 202, headers);
    this.progress(100);
  }

  /** Answers with a refusal, and says why. */
  refuse(status: number, text?: string): void {
    if (this.#state !== 'received') return;
    this.#state = 'over';
    this.#respond(this.#transaction, status, text === undefined ? [] : [warning(text)]);
  }

  /** Tells of a provisional response to the call. */
  progress(status: number): void {
    this.#tell(status, false);
  }

  /** Tells how the call came out, as the status of its final response; nothing is told after that. */
  finish(status: number): void {
    this.#tell(status, true);
  }

  /** Whether a SUBSCRIBE of the other side is about this REFER. */
  isMeant({headers}: SipRequest): boolean {
    return this.#state === 'active' && headers.get('Event')?.replaceAll(/\s/g, '') === this.#event;
  }

  /** Answers a SUBSCRIBE that is about this REFER: it ends, or goes on for as long as it does anyway (section 2.4.4). */
  subscribe(transaction: ServerTransaction): void {
    const ends = /^0+$/.test(transaction.request.headers.get('Expires')?.trim() ?? '');
    this.#respond(transaction, 200, [
      {name: 'Expires', value: String(ends ? 0 : this.#secondsLeft)},
      {name: 'Contact', value: this.#local.contact},
    ]);
    this.#tell(this.#status, ends);
  }

  get #secondsLeft(): number {
    return Math.max(1, Math.ceil((this.#expiresAt - this.#environment.clock.now()) / 1000));
  }

  #tell(status: number, last: boolean): void {
    if (this.#state !== 'active') return;
    if (last) this.#state = 'over';
    this.#status = status;
    this.#due = {status, last};
    this.#notifyWhenDue();
  }

  #notifyWhenDue(): void {
    if (!this.#due || this.#outstanding) return;
    const {status, last} = this.#due;
    this.#due = undefined;
    this.#outstanding = true;
    this.#environment.locate(this.#dialog.nextHop, (destination) => {
      if (!destination.ok) {
        this.#notified(false);
        return;
      }
      const notification = {
        event: this.#event,
        state: last ? 'terminated;reason=noresource' : `active;expires=${this.#secondsLeft}`,
        type: 'message/sipfrag;version=2.0',
        body: `SIP/2.0 ${status} ${reasonPhrase(status)}\r\n`,
      };
      sendNotify(this.#environment, this.#local, this.#dialog, destination.value, notification, (answer) =>
        this.#notified(answer !== undefined && answer < 300),
      );
    });
  }

  #notified(arrived: boolean): void {
    this.#outstanding = false;
    if (!arrived) {
      // Many a phone forgets the subscription as soon as its own call has ended.
      this.#state = 'over';
      this.#due = undefined;
    }
    this.#notifyWhenDue();
  }

  #respond(transaction: ServerTransaction, status: number, headers: readonly ExtraHeader[]): void {
    transaction.respond(buildResponse(this.#environment, transaction.request, status, {headers}));
  }
}

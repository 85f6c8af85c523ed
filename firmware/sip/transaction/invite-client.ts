import type {Timer} from '../../base/clock.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import {writeMessage} from '../message/write.ts';
import {acknowledge, cancellation} from './derived-requests.ts';
import {retransmit, timeLimit} from './timers.ts';
import type {ClientState, ClientTransaction, Surroundings, TransactionUser} from './transaction.ts';

/**
 * INVITE client transaction: RFC 3261 section 17.1.1, figure 5, with the accepted state of RFC 6026 section 7.2.
 *
 *     calling --1xx--> proceeding --2xx--> accepted --timer M--> terminated
 *        |                  |
 *        +----300-699-------+--> completed --timer D--> terminated
 *
 * Calling also goes to accepted on a 2xx, and ends on timer B or when nothing can be sent.
 */
export class InviteClientTransaction implements ClientTransaction {
  readonly request: SipRequest;
  #state: ClientState = 'calling';
  #surroundings: Surroundings;
  #user: TransactionUser;
  #sendCancel: (cancel: SipRequest) => void;
  /** Set while a CANCEL waits for the first provisional response, or has been sent. */
  #cancelling: 'no' | 'held' | 'sent' = 'no';
  #cancelReason: string | undefined;
  #acknowledgement: Uint8Array | undefined;
  #timerA: Timer | undefined;
  /** The one timer that ends the present state: B, D, M, or the time limit of a CANCEL. */
  #end: Timer;

  /** Sends the request at once. `sendCancel` runs a CANCEL as a transaction of its own. */
  constructor(
    request: SipRequest,
    user: TransactionUser,
    surroundings: Surroundings,
    sendCancel: (cancel: SipRequest) => void,
  ) {
    this.request = request;
    this.#user = user;
    this.#surroundings = surroundings;
    this.#sendCancel = sendCancel;
    const {clock, timers, reliable} = surroundings;
    const bytes = writeMessage(request);
    if (!reliable) {
      this.#timerA = retransmit(
        clock,
        timers.T1,
        (interval) => 2 * interval,
        () => surroundings.send(bytes),
      );
    }
    const timerB = () => this.#fail('timeout', 'no answer: nothing came back within the time limit');
    this.#end = clock.after(timeLimit(timers), timerB);
    surroundings.send(bytes);
  }

  get state(): ClientState {
    return this.#state;
  }

  /** Takes a response that matches this transaction. */
  receive(response: SipResponse): void {
    switch (this.#state) {
      case 'calling':
      case 'proceeding':
        if (response.status < 200) this.#provisional();
        else if (response.status < 300)
          this.#enter('accepted', timeLimit(this.#surroundings.timers)); // timer M
        else this.#complete(response);
        this.#user.onResponse(response);
        break;
      case 'accepted':
        // The 2xx again, or the 2xx of another branch of a fork: all are the user's to acknowledge.
        if (response.status >= 200 && response.status < 300) this.#user.onResponse(response);
        break;
      case 'completed':
        if (response.status >= 300) this.#acknowledge(); // the ACK was lost
        break;
      default:
    }
  }

  cancel(reason?: string): void {
    if (this.#cancelling !== 'no') return;
    this.#cancelReason = reason;
    if (this.#state === 'calling') this.#cancelling = 'held';
    else if (this.#state === 'proceeding') this.#cancelNow();
  }

  /** Takes the news that a message could not be sent (RFC 3261 section 17.1.4). */
  transportFailed(text: string): void {
    if (this.#state === 'calling' || this.#state === 'completed') this.#fail('transport', text);
  }

  /** Ends without telling the user. */
  terminate(): void {
    if (this.#state === 'terminated') return;
    this.#state = 'terminated';
    this.#timerA?.cancel();
    this.#end.cancel();
    this.#surroundings.onTerminated();
  }

  #provisional(): void {
    if (this.#state === 'proceeding') return;
    this.#state = 'proceeding';
    // From here on a person decides how long it takes: neither timer A nor B runs.
    this.#timerA?.cancel();
    this.#end.cancel();
    if (this.#cancelling === 'held') this.#cancelNow();
  }

  #cancelNow(): void {
    this.#cancelling = 'sent';
    const {clock, timers} = this.#surroundings;
    // RFC 3261 section 9.1: whatever becomes of the CANCEL, the INVITE is over 64*T1 later.
    this.#end = clock.after(timeLimit(timers), () => this.#fail('timeout', 'cancelled, and never answered'));
    this.#sendCancel(cancellation(this.request, this.#cancelReason));
  }

  #complete(response: SipResponse): void {
    const {timers, reliable} = this.#surroundings;
    this.#acknowledgement = writeMessage(acknowledge(this.request, response));
    this.#enter('completed', reliable ? 0 : timeLimit(timers)); // timer D
    this.#acknowledge();
  }

  #acknowledge(): void {
    if (this.#acknowledgement) this.#surroundings.send(this.#acknowledgement);
  }

  #enter(state: ClientState, milliseconds: number): void {
    this.#state = state;
    this.#timerA?.cancel();
    this.#end.cancel();
    this.#end = this.#surroundings.clock.after(milliseconds, () => this.terminate());
  }

  #fail(why: 'timeout' | 'transport', text: string): void {
    // A final response has been told already; only the ACK could not be sent.
    const told = this.#state === 'completed';
    this.terminate();
    if (!told) this.#user.onFailure(why, text);
  }
}

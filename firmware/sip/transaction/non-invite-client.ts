import type {Timer} from '../../base/clock.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import {writeMessage} from '../message/write.ts';
import {retransmit, timeLimit} from './timers.ts';
import type {ClientState, ClientTransaction, Surroundings, TransactionUser} from './transaction.ts';

/**
 * Non-INVITE client transaction: RFC 3261 section 17.1.2, figure 6.
 *
 *     trying --1xx--> proceeding --200-699--> completed --timer K--> terminated
 *
 * Trying also goes to completed on a final response; trying and proceeding end on timer F.
 */
export class NonInviteClientTransaction implements ClientTransaction {
  readonly request: SipRequest;
  #state: ClientState = 'trying';
  #surroundings: Surroundings;
  #user: TransactionUser;
  #timerE: Timer | undefined;
  /** The one timer that ends the present state: F or K. */
  #end: Timer;

  /** Sends the request at once. */
  constructor(request: SipRequest, user: TransactionUser, surroundings: Surroundings) {
    this.request = request;
    this.#user = user;
    this.#surroundings = surroundings;
    const {clock, timers, reliable} = surroundings;
    const bytes = writeMessage(request);
    if (!reliable) {
      this.#timerE = retransmit(
        clock,
        timers.T1,
        (interval) => (this.#state === 'proceeding' ? timers.T2 : Math.min(2 * interval, timers.T2)),
        () => surroundings.send(bytes),
      );
    }
    const timerF = () => this.#fail('timeout', 'no answer: nothing final came back within the time limit');
    this.#end = clock.after(timeLimit(timers), timerF);
    surroundings.send(bytes);
  }

  get state(): ClientState {
    return this.#state;
  }

  /** Takes a response that matches this transaction. */
  receive(response: SipResponse): void {
    if (this.#state !== 'trying' && this.#state !== 'proceeding') return;
    if (response.status < 200) this.#state = 'proceeding';
    else this.#complete();
    this.#user.onResponse(response);
  }

  /** Does nothing: only an INVITE can be cancelled (RFC 3261 section 9.1). */
  cancel(): void {}

  /** Takes the news that the request could not be sent (RFC 3261 section 17.1.4). */
  transportFailed(text: string): void {
    if (this.#state === 'trying' || this.#state === 'proceeding') this.#fail('transport', text);
  }

  /** Ends without telling the user. */
  terminate(): void {
    if (this.#state === 'terminated') return;
    this.#state = 'terminated';
    this.#timerE?.cancel();
    this.#end.cancel();
    this.#surroundings.onTerminated();
  }

  #complete(): void {
    const {clock, timers, reliable} = this.#surroundings;
    this.#state = 'completed';
    this.#timerE?.cancel();
    this.#end.cancel();
    this.#end = clock.after(reliable ? 0 : timers.T4, () => this.terminate()); // timer K
  }

  #fail(why: 'timeout' | 'transport', text: string): void {
    this.terminate();
    this.#user.onFailure(why, text);
  }
}

import type {Timer} from '../../base/clock.ts';
import type {SipResponse} from '../message/message.ts';
import {writeMessage} from '../message/write.ts';
import {timeLimit} from './timers.ts';
import type {ServerState, ServerTransaction, Surroundings} from './transaction.ts';

/**
 * Non-INVITE server transaction: RFC 3261 section 17.2.2, figure 8.
 *
 *     trying --1xx--> proceeding --200-699--> completed --timer J--> terminated
 *
 * Trying also goes to completed on a final response.
 */
export class NonInviteServerTransaction {
  onCancel: ServerTransaction['onCancel'];
  onFailure: ServerTransaction['onFailure'];
  #state: ServerState = 'trying';
  #surroundings: Surroundings;
  #lastResponse: Uint8Array | undefined;
  #timerJ: Timer | undefined;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  get state(): ServerState {
    return this.#state;
  }

  respond(response: SipResponse): void {
    if (this.#state !== 'trying' && this.#state !== 'proceeding') return;
    this.#state = response.status < 200 ? 'proceeding' : 'completed';
    if (this.#state === 'completed') {
      const {clock, timers, reliable} = this.#surroundings;
      this.#timerJ = clock.after(reliable ? 0 : timeLimit(timers), () => this.terminate());
    }
    const bytes = writeMessage(response);
    this.#lastResponse = bytes;
    this.#surroundings.send(bytes);
  }

  /** Takes the request again. */
  receiveAgain(): void {
    if (this.#lastResponse && this.#state !== 'terminated') this.#surroundings.send(this.#lastResponse);
  }

  /** Takes the news that a response could not be sent; the state stays (RFC 6026 section 8.8). */
  transportFailed(text: string): void {
    if (this.#state !== 'terminated') this.onFailure?.('transport', text);
  }

  /** Ends without telling the user. */
  terminate(): void {
    if (this.#state === 'terminated') return;
    this.#state = 'terminated';
    this.#timerJ?.cancel();
    this.#surroundings.onTerminated();
  }
}

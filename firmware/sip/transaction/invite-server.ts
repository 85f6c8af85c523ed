import type {Timer} from '../../base/clock.ts';
import {createResponse} from '../message/create.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import {writeMessage} from '../message/write.ts';
import {retransmit, timeLimit} from './timers.ts';
import type {ServerState, ServerTransaction, Surroundings} from './transaction.ts';

/** RFC 3261 section 17.2.1: the caller must hear something within 200 ms, or it repeats its INVITE. */
const tryingDelay = 200;

/**
 * INVITE server transaction: RFC 3261 section 17.2.1, figure 7, with the accepted state of RFC 6026 section 7.1.
 *
 *     proceeding --2xx--> accepted --timer L--> terminated
 *         |
 *         +--300-699--> completed --ACK--> confirmed --timer I--> terminated
 *
 * Completed ends on timer H where no ACK comes.
 */
export class InviteServerTransaction {
  onCancel: ServerTransaction['onCancel'];
  onFailure: ServerTransaction['onFailure'];
  toTag: string | undefined;
  #state: ServerState = 'proceeding';
  #surroundings: Surroundings;
  #mayRepeat: () => boolean;
  #lastResponse: Uint8Array | undefined;
  #timerG: Timer | undefined;
  /** The one timer that ends the present state: L, H or I; before a response, the one that sends 100. */
  #end: Timer;

  /**
   * Answers 100 by itself when the user has nothing to say within 200 ms. `mayRepeat` is asked each time before a refusal is
   * repeated by itself: it may be that the request did not come from where it says.
   */
  constructor(request: SipRequest, surroundings: Surroundings, mayRepeat: () => boolean) {
    this.toTag = request.to.tag;
    this.#surroundings = surroundings;
    this.#mayRepeat = mayRepeat;
    this.#end = surroundings.clock.after(tryingDelay, () => this.respond(trying(request)));
  }

  get state(): ServerState {
    return this.#state;
  }

  respond(response: SipResponse): void {
    const {status} = response;
    if (this.#state === 'accepted') {
      if (status >= 200 && status < 300) this.#send(response);
      return;
    }
    if (this.#state !== 'proceeding') return;
    this.#end.cancel();
    // Too late for a CANCEL; the call need not be kept as long as this transaction.
    if (status >= 200) this.onCancel = undefined;
    this.toTag ??= response.to.tag;
    if (status >= 300) this.#complete();
    else if (status >= 200) this.#enter('accepted', timeLimit(this.#surroundings.timers)); // timer L
    this.#send(response);
  }

  /** Takes the INVITE again. */
  receiveAgain(): void {
    // In accepted it is the user who repeats the 2xx; in confirmed the caller has acknowledged it.
    if (this.#state !== 'proceeding' && this.#state !== 'completed') return;
    if (this.#lastResponse) this.#surroundings.send(this.#lastResponse);
  }

  /** Takes an ACK that matches; true when it is the user's, because it acknowledges a 2xx. */
  acknowledge(): boolean {
    if (this.#state === 'completed') {
      this.#timerG?.cancel();
      this.#enter('confirmed', this.#surroundings.reliable ? 0 : this.#surroundings.timers.T4); // timer I
    }
    return this.#state === 'accepted';
  }

  /** Takes the news that a response could not be sent; the state stays (RFC 6026 section 8.8). */
  transportFailed(text: string): void {
    if (this.#state !== 'terminated') this.onFailure?.('transport', text);
  }

  /** Ends without telling the user. */
  terminate(): void {
    if (this.#state === 'terminated') return;
    this.#state = 'terminated';
    this.#timerG?.cancel();
    this.#end.cancel();
    this.#surroundings.onTerminated();
  }

  #complete(): void {
    const {clock, timers, reliable} = this.#surroundings;
    this.#state = 'completed';
    if (!reliable) {
      this.#timerG = retransmit(
        clock,
        timers.T1,
        (interval) => Math.min(2 * interval, timers.T2),
        () => {
          if (this.#mayRepeat()) this.receiveAgain();
        },
      );
    }
    this.#end = clock.after(timeLimit(timers), () => {
      // Timer H
      this.terminate();
      this.onFailure?.('timeout', 'the refusal was never acknowledged');
    });
  }

  #enter(state: ServerState, milliseconds: number): void {
    this.#state = state;
    this.#end.cancel();
    this.#end = this.#surroundings.clock.after(milliseconds, () => this.terminate());
  }

  #send(response: SipResponse): void {
    const bytes = writeMessage(response);
    this.#lastResponse = bytes;
    this.#surroundings.send(bytes);
  }
}

/** RFC 3261 section 8.2.6.1: a 100 alone repeats the Timestamp, to measure the round trip. */
function trying(request: SipRequest): SipResponse {
  const response = createResponse(request, 100);
  const timestamp = request.headers.get('Timestamp');
  if (timestamp !== undefined) response.headers.append('Timestamp', timestamp);
  return response;
}

import type {Clock, Timer} from '../../base/clock.ts';
import type {SipResponse} from '../message/message.ts';
import {type TimerValues, timeLimit} from '../transaction/timers.ts';
import type {ServerTransaction} from '../transaction/transaction.ts';

interface Surroundings {
  readonly clock: Clock;
  readonly timers: TimerValues;
}

/**
 * A 2xx to INVITE that waits for its ACK (RFC 3261 section 13.3.1.4): the user agent itself repeats it, for the
 * transaction does not, at T1 doubling up to T2, and gives up after 64*T1.
 */
export class AnswerRepetition {
  /** CSeq number of the INVITE, which the ACK carries too. */
  readonly sequence: number;
  #transaction: ServerTransaction;
  #response: SipResponse;
  #surroundings: Surroundings;
  #onTimeout: () => void;
  /** Until the response is sent again, and how long (ms) nothing came. */
  #interval: number;
  #waited = 0;
  #timer: Timer;

  /** Sends the response at once. */
  constructor(
    transaction: ServerTransaction,
    response: SipResponse,
    surroundings: Surroundings,
    onTimeout: () => void,
  ) {
    this.sequence = transaction.request.cseq.number;
    this.#transaction = transaction;
    this.#response = response;
    this.#surroundings = surroundings;
    this.#onTimeout = onTimeout;
    this.#interval = surroundings.timers.T1;
    transaction.respond(response);
    this.#timer = this.#wait();
  }

  /** The ACK has come, or nobody waits for it any more. */
  stop(): void {
    this.#timer.cancel();
  }

  #wait(): Timer {
    const {clock, timers} = this.#surroundings;
    const milliseconds = Math.min(this.#interval, timeLimit(timers) - this.#waited);
    this.#waited += milliseconds;
    return clock.after(milliseconds, () => this.#repeat());
  }

  #repeat(): void {
    const {timers} = this.#surroundings;
    if (this.#waited >= timeLimit(timers)) {
      this.#onTimeout();
      return;
    }
    this.#interval = Math.min(2 * this.#interval, timers.T2);
    this.#timer = this.#wait();
    this.#transaction.respond(this.#response);
  }
}

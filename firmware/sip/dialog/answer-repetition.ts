import type {Clock, Timer} from '../../base/clock.ts';
import type {SipResponse} from '../message/message.ts';
import {retransmit, type TimerValues, timeLimit} from '../transaction/timers.ts';
import type {ServerTransaction} from '../transaction/transaction.ts';

/**
 * A 2xx to INVITE that waits for its ACK (RFC 3261 section 13.3.1.4): the user agent itself repeats it, for the
 * transaction does not, at T1 doubling up to T2, and gives up after 64*T1.
 */
export class AnswerRepetition {
  /** CSeq number of the INVITE, which the ACK carries too. */
  readonly sequence: number;
  #repetition: Timer;
  #limit: Timer;

  /** Sends the response at once. */
  constructor(
    transaction: ServerTransaction,
    response: SipResponse,
    {clock, timers}: {readonly clock: Clock; readonly timers: TimerValues},
    onTimeout: () => void,
  ) {
    this.sequence = transaction.request.cseq.number;
    transaction.respond(response);
    this.#repetition = retransmit(
      clock,
      timers.T1,
      (interval) => Math.min(2 * interval, timers.T2),
      () => transaction.respond(response),
    );
    this.#limit = clock.after(timeLimit(timers), () => {
      this.stop();
      onTimeout();
    });
  }

  /** The ACK has come, or nobody waits for it any more. */
  stop(): void {
    this.#repetition.cancel();
    this.#limit.cancel();
  }
}

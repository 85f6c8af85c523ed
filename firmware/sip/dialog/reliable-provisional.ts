import type {Clock, Timer} from '../../base/clock.ts';
import type {RandomBytes} from '../../base/random.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import {retransmit, type TimerValues, timeLimit} from '../transaction/timers.ts';
import type {ServerTransaction} from '../transaction/transaction.ts';
import {buildResponse} from './respond.ts';
import {sessionBody} from './session-body.ts';

interface Surroundings {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly timers: TimerValues;
}

/** Whether a caller wants every provisional response confirmed. */
export function requiresReliability({headers}: SipRequest): boolean {
  return headers.list('Require').some((extension) => extension.toLowerCase() === '100rel');
}

/**
 * Provisional responses to an INVITE that are repeated until PRACK confirms them (RFC 3262 section 3): after T1, then
 * at doubling intervals; given up after 64*T1. One at a time.
 */
export class ReliableProvisional {
  #surroundings: Surroundings;
  #transaction: ServerTransaction;
  #onTimeout: () => void;
  /** RSeq of the last response. */
  #sequence: number;
  #waiting = false;
  #repetition: Timer | undefined;
  #limit: Timer | undefined;

  /** `onTimeout` is called when no PRACK comes. */
  constructor(surroundings: Surroundings, transaction: ServerTransaction, onTimeout: () => void) {
    this.#surroundings = surroundings;
    this.#transaction = transaction;
    this.#onTimeout = onTimeout;
    const [high, middle, low] = surroundings.random(3);
    this.#sequence = 65536 * high! + 256 * middle! + low!;
  }

  /** Sends a response, unless the one before is still to be confirmed. */
  send(response: SipResponse): void {
    if (this.#waiting) return;
    const {clock, timers} = this.#surroundings;
    this.#waiting = true;
    this.#sequence++;
    response.headers.append('Require', '100rel');
    response.headers.append('RSeq', String(this.#sequence));
    this.#transaction.respond(response);
    this.#repetition = retransmit(
      clock,
      timers.T1,
      (interval) => 2 * interval,
      () => this.#transaction.respond(response),
    );
    this.#limit = clock.after(timeLimit(timers), () => {
      this.stop();
      this.#onTimeout();
    });
  }

  /** Takes a PRACK; false where it confirms nothing that waits. */
  acknowledge({headers}: SipRequest): boolean {
    const [sequence, number, method] = (headers.get('RAck') ?? '').trim().split(/\s+/);
    const {cseq} = this.#transaction.request;
    const matches =
      Number(sequence) === this.#sequence && Number(number) === cseq.number && method === cseq.method;
    if (!this.#waiting || !matches) return false;
    this.#waiting = false;
    this.stop();
    return true;
  }

  /** Repeats nothing any more; a PRACK that is under way is still taken. */
  stop(): void {
    this.#repetition?.cancel();
    this.#limit?.cancel();
  }
}

/**
 * Answers PRACK: 200 where it confirms a response of `provisional`, else 481. An offer in it is refused, for there is
 * none before the INVITE's own is answered (RFC 6337 section 2).
 */
export function answerPrack(
  environment: {readonly userAgentName: string},
  transaction: ServerTransaction,
  provisional: ReliableProvisional | undefined,
): void {
  const {request} = transaction;
  const confirmed = provisional?.acknowledge(request) ?? false;
  const status = confirmed ? (sessionBody(request) === 'none' ? 200 : 488) : 481;
  transaction.respond(buildResponse(environment, request, status));
}

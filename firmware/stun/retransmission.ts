import type {Clock, Timer} from '../base/clock.ts';

/** How a request is repeated over UDP (RFC 8489 section 6.2.1). */
export interface RetransmissionValues {
  /** Retransmission timeout (ms): the first pause, doubled after each repetition. */
  readonly rto: number;
  /** How often the request is sent at most. */
  readonly rc: number;
  /** How long after the last sending the transaction has failed, in multiples of `rto`. */
  readonly rm: number;
}

/** RFC 8489: sent at 0, 500, 1500, 3500, 7500, 15500 and 31500 ms, failed at 39500 ms. */
export const usualRetransmission: RetransmissionValues = {rto: 500, rc: 7, rm: 16};

/** Sends a request again and again until it is stopped or has failed. Sends the first time at once. */
export class Retransmission {
  readonly #clock: Clock;
  readonly #values: RetransmissionValues;
  readonly #send: () => void;
  readonly #onTimeout: () => void;
  #sent = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, values: RetransmissionValues, send: () => void, onTimeout: () => void) {
    this.#clock = clock;
    this.#values = values;
    this.#send = send;
    this.#onTimeout = onTimeout;
    this.#repeat();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #repeat(): void {
    const {rto, rc, rm} = this.#values;
    this.#sent++;
    const last = this.#sent >= rc;
    const pause = last ? rm * rto : rto * 2 ** (this.#sent - 1);
    this.#timer = this.#clock.after(pause, () => {
      if (last) this.#onTimeout();
      else this.#repeat();
    });
    this.#send();
  }
}

import type {Clock} from '../../base/clock.ts';
import type {SipRequest} from '../message/message.ts';
import {type Destination, formatSocketAddress} from '../transport/transport.ts';
import type {ClientState, ClientTransaction, TransactionUser} from './transaction.ts';

/** Bytes above which a request does not go over UDP, where the path MTU is not known (RFC 3261 section 18.1.1). */
export const largestDatagram = 1300;

/** How long (ms), and for how many servers, it is remembered that TCP does not get through: finding out takes time. */
const memory = 600_000;
const mostRemembered = 64;

/** The servers that were found to be reached over UDP only. */
export class DatagramOnly {
  #clock: Clock;
  /** When a server was found so, by its address: clock time in ms. */
  #since = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  has(server: Destination): boolean {
    const since = this.#since.get(formatSocketAddress(server));
    return since !== undefined && this.#clock.now() - since < memory;
  }

  add(server: Destination): void {
    const name = formatSocketAddress(server);
    this.#since.delete(name);
    this.#since.set(name, this.#clock.now());
    const [oldest = name] = this.#since.keys();
    if (this.#since.size > mostRemembered) this.#since.delete(oldest);
  }
}

/**
 * A request that is too large for UDP: sent over TCP and, where no connection can be had, over UDP after all, for a
 * datagram in fragments is better than none (RFC 3261 section 18.1.1).
 */
export class LargeRequest implements ClientTransaction {
  #current: ClientTransaction;
  #cancelled = false;

  /**
   * `start` sends the request in a transaction, each time with a new Via; `destination` is the one over UDP, and
   * `onRefused` is called when there is none over TCP.
   */
  constructor(
    start: (destination: Destination, user: TransactionUser) => ClientTransaction,
    destination: Destination,
    user: TransactionUser,
    onRefused: () => void,
  ) {
    let answered = false;
    this.#current = start(
      {...destination, transport: 'TCP'},
      {
        onResponse: (response) => {
          answered = true;
          user.onResponse(response);
        },
        onFailure: (why, text) => {
          const refused = why === 'transport' && !answered;
          if (refused) onRefused();
          if (refused && !this.#cancelled) this.#current = start(destination, user);
          else user.onFailure(why, text);
        },
      },
    );
  }

  get request(): SipRequest {
    return this.#current.request;
  }

  get state(): ClientState {
    return this.#current.state;
  }

  cancel(reason?: string): void {
    this.#cancelled = true;
    this.#current.cancel(reason);
  }

  terminate(): void {
    this.#current.terminate();
  }
}

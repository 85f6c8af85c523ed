import type {SipRequest} from '../message/message.ts';
import type {Destination} from '../transport/transport.ts';
import type {ClientState, ClientTransaction, TransactionUser} from './transaction.ts';

/** Bytes above which a request does not go over UDP, where the path MTU is not known (RFC 3261 section 18.1.1). */
export const largestDatagram = 1300;

/**
 * A request that is too large for UDP: sent over TCP and, where no connection can be had, over UDP after all, for a
 * datagram in fragments is better than none (RFC 3261 section 18.1.1).
 */
export class LargeRequest implements ClientTransaction {
  #current: ClientTransaction;
  #cancelled = false;

  /** `start` sends the request in a transaction, each time with a new Via; `destination` is the one over UDP. */
  constructor(
    start: (destination: Destination, user: TransactionUser) => ClientTransaction,
    destination: Destination,
    user: TransactionUser,
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
          if (why === 'timeout' || answered || this.#cancelled) user.onFailure(why, text);
          else this.#current = start(destination, user);
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

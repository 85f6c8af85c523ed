import type {Clock} from '../base/clock.ts';
import type {RandomBytes} from '../base/random.ts';
import type {Result} from '../base/result.ts';
import type {SocketAddress} from './attributes/address.ts';
import {type Binding, type BindingFailure, type BindingQuestion, BindingRequest} from './binding.ts';
import {isStun, readMessage, transactionIdOf} from './message.ts';

/** A question that may be given up. */
export interface Asking {
  /** Nobody wants to know any more: `done` is not called. */
  cancel(): void;
}

/** The STUN questions of one socket. It sends through the socket's owner and is handed what comes in. */
export class StunClient {
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  readonly #send: (bytes: Uint8Array, to: SocketAddress) => void;
  readonly #requests = new Map<string, BindingRequest>();

  constructor(parts: {
    readonly clock: Clock;
    readonly random: RandomBytes;
    /** Puts a datagram on the wire. */
    send(bytes: Uint8Array, to: SocketAddress): void;
  }) {
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#send = (bytes, to) => parts.send(bytes, to);
  }

  /** Questions that wait for an answer. */
  get size(): number {
    return this.#requests.size;
  }

  /** Asks a server. `done` is called once, never before this returns. */
  bind(question: BindingQuestion, done: (result: Result<Binding, BindingFailure>) => void): Asking {
    const request: BindingRequest = new BindingRequest(question, {
      clock: this.#clock,
      random: this.#random,
      send: this.#send,
      onTransaction: (id, before) => {
        this.#requests.delete(before);
        this.#requests.set(id, request);
      },
      done: (result) => {
        this.#requests.delete(request.transactionId);
        done(result);
      },
    });
    request.start();
    return {
      cancel: () => {
        this.#requests.delete(request.transactionId);
        request.cancel();
      },
    };
  }

  /** Takes a datagram; false where it is not STUN. What answers no question of ours is dropped. */
  receive(bytes: Uint8Array, from: SocketAddress): boolean {
    if (!isStun(bytes)) return false;
    const request = this.#requests.get(transactionIdOf(bytes));
    const message = request && readMessage(bytes);
    if (message?.ok) request?.receive(message.value, from);
    return true;
  }

  /** Gives up every question. */
  close(): void {
    for (const request of this.#requests.values()) request.cancel();
    this.#requests.clear();
  }
}

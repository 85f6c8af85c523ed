import type {Clock, Timer} from '../../base/clock.ts';
import {formatSocketAddress, type Probe, type SocketAddress} from '../transport/transport.ts';

/** Who is told what the answers bring to light. */
export interface StunKeepAliveUser {
  /** The server has never answered: it does not speak STUN there. */
  onUnsupported(): void;
  /** The flow is dead: the server is silent though it was not before, or sees us elsewhere (section 4.4.2). */
  onLost(why: string): void;
}

/**
 * Keeps a UDP flow to a server open by STUN, and finds out when it has died (RFC 5626 section 4.4.2).
 *
 *     asking --answer--> resting --pause--> asking
 *        +--silence: unsupported, or lost; another address: lost
 */
export class StunKeepAlive {
  #clock: Clock;
  #probe: (done: (seen: SocketAddress | undefined) => void) => Probe;
  #pause: number;
  #user: StunKeepAliveUser;
  /** How the server saw us first. */
  #seen: SocketAddress | undefined;
  #question: Probe | undefined;
  #timer: Timer | undefined;

  /** Asks at once, and then `pause` ms after each answer. */
  constructor(
    clock: Clock,
    probe: (done: (seen: SocketAddress | undefined) => void) => Probe,
    pause: number,
    user: StunKeepAliveUser,
  ) {
    this.#clock = clock;
    this.#probe = probe;
    this.#pause = pause;
    this.#user = user;
    this.#ask();
  }

  stop(): void {
    this.#question?.cancel();
    this.#timer?.cancel();
  }

  #ask(): void {
    this.#question = this.#probe((seen) => this.#receive(seen));
  }

  #receive(seen: SocketAddress | undefined): void {
    const before = this.#seen;
    if (!seen) {
      if (before) this.#user.onLost('it does not answer keep-alives any more');
      else this.#user.onUnsupported();
    } else if (before && formatSocketAddress(before) !== formatSocketAddress(seen)) {
      this.#user.onLost(`it sees us at another address, ${formatSocketAddress(seen)}`);
    } else {
      this.#seen = seen;
      this.#timer = this.#clock.after(this.#pause, () => this.#ask());
    }
  }
}

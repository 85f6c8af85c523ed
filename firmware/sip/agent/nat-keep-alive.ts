import type {Clock, Timer} from '../../base/clock.ts';
import type {Destination, Transport} from '../transport/transport.ts';

/** Pause (ms) between two keep-alives: many routers forget a mapping after 30 s. */
const pause = 25_000;
/** Two line ends: what comes before a start line is ignored (RFC 3261 section 7.5), and no router forgets. */
const lineEnds = Uint8Array.of(13, 10, 13, 10);

/**
 * Keeps the way from a server to us open through a NAT: many let in only whom something was sent to, and forget that
 * soon. STUN (RFC 5626 section 4.4.2) would need a server that speaks it on its SIP port.
 */
export class NatKeepAlive {
  readonly #clock: Clock;
  readonly #transport: Transport;
  #timer: Timer | undefined;

  constructor(clock: Clock, transport: Transport) {
    this.#clock = clock;
    this.#transport = transport;
  }

  /** Begins, or goes on with another server. */
  start(server: Destination): void {
    this.stop();
    this.#timer = this.#clock.after(pause, () => {
      this.#transport.send(lineEnds, server);
      this.start(server);
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }
}

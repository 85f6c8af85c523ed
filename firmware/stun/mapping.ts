import type {Clock, Timer} from '../base/clock.ts';
import type {RandomBytes} from '../base/random.ts';
import type {SocketAddress} from './attributes/address.ts';
import {StunClient} from './client.ts';
import type {RetransmissionValues} from './retransmission.ts';

/** Pause (ms) between two questions: 20 to 25 s, for many routers forget a mapping after 30 s. */
const shortestPause = 20_000;
const longestPause = 25_000;
/** Asked at 0, 500, 1500 and 3500 ms, given up after 5.5 s. */
const patience: RetransmissionValues = {rto: 500, rc: 4, rm: 4};
/** Pauses (ms) after a failure, doubled each time. */
const shortestRetry = 2000;
const longestRetry = 60_000;

/** How a socket is seen from outside. */
export interface MappingStatus {
  /** Its outside address; the last one known while no server answers, undefined before the first answer. */
  readonly mapped: SocketAddress | undefined;
  /** Its own address at that time. */
  readonly local: SocketAddress | undefined;
  /** The server that answers; undefined while none does. */
  readonly server: SocketAddress | undefined;
  /** Why none does, in plain words; empty while one does. */
  readonly reason: string;
}

/** What a mapping works with. */
export interface MappingParts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Finds the servers, the best in front; none where the name is not known. */
  find(): Promise<readonly SocketAddress[]>;
  /** The socket's own address on the way to a server; undefined where there is none. */
  local(server: SocketAddress): SocketAddress | undefined;
  /** Puts a datagram on the wire, from the socket whose mapping it is. */
  send(bytes: Uint8Array, to: SocketAddress): void;
}

/**
 * Learns and keeps the mapping that a NAT has made for a socket (RFC 5626 section 4.4.2 in spirit): asks a STUN server
 * again and again, which keeps the mapping open and tells when it has changed.
 *
 *     finding --servers--> asking --answer--> resting --20 to 25 s--> asking
 *        ^                    +--none answers--> resting --2 to 60 s--+
 *        +------------------------------------------------------------+
 */
export class Mapping {
  /** Called when the status has changed. */
  onChange: ((status: MappingStatus) => void) | undefined;
  readonly #parts: MappingParts;
  readonly #client: StunClient;
  #status: MappingStatus = {
    mapped: undefined,
    local: undefined,
    server: undefined,
    reason: 'no STUN server has been asked yet',
  };
  #timer: Timer | undefined;
  #failures = 0;
  /** Counts the searches for a server: one that has been overtaken does not count any more. */
  #search = 0;
  #stopped = true;

  constructor(parts: MappingParts) {
    this.#parts = parts;
    const {clock, random} = parts;
    this.#client = new StunClient({clock, random, send: (bytes, to) => parts.send(bytes, to)});
  }

  get status(): MappingStatus {
    return this.#status;
  }

  start(): void {
    this.#stopped = false;
    void this.#find();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#client.close();
  }

  /** Asks at once: the network is another one, or was away. What was asked before may have been lost with the old one. */
  refresh(): void {
    if (this.#stopped) return;
    this.#timer?.cancel();
    this.#client.close();
    this.#failures = 0;
    void this.#find();
  }

  /** Takes a datagram; false where it is not STUN. */
  receive(bytes: Uint8Array, from: SocketAddress): boolean {
    return this.#client.receive(bytes, from);
  }

  async #find(): Promise<void> {
    this.#timer = undefined;
    const search = ++this.#search;
    const {server} = this.#status;
    const servers = server ? [server] : await this.#parts.find();
    if (!this.#stopped && search === this.#search)
      this.#ask(servers, 'the name of the STUN server is not known');
  }

  /** Asks the first of `servers`, then the others; `reason` tells why there is no more. */
  #ask([server, ...rest]: readonly SocketAddress[], reason: string): void {
    if (!server) {
      const pause = Math.min(shortestRetry * 2 ** Math.min(this.#failures++, 10), longestRetry);
      this.#rest(pause, {...this.#status, server: undefined, reason});
      return;
    }
    this.#client.bind({server, retransmission: patience}, (result) => {
      if (!result.ok) {
        this.#ask(rest, result.error.text);
        return;
      }
      this.#failures = 0;
      const [high = 0] = this.#parts.random(1);
      const pause = shortestPause + ((longestPause - shortestPause) * high) / 255;
      const local = this.#parts.local(server);
      this.#rest(pause, {mapped: result.value.mapped, local, server, reason: ''});
    });
  }

  #rest(pause: number, status: MappingStatus): void {
    this.#timer = this.#parts.clock.after(pause, () => void this.#find());
    const before = this.#status;
    this.#status = status;
    const unchanged =
      before.reason === status.reason &&
      isSame(before.mapped, status.mapped) &&
      isSame(before.local, status.local);
    if (!unchanged) this.onChange?.(status);
  }
}

function isSame(one: SocketAddress | undefined, other: SocketAddress | undefined): boolean {
  return one?.address === other?.address && one?.port === other?.port;
}

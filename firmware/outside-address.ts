import type {Clock} from './base/clock.ts';
import type {RandomBytes} from './base/random.ts';
import type {NatTransport} from './sip/transport/nat-transport.ts';
import {
  type Destination,
  formatSocketAddress,
  type SocketAddress,
  TransportError,
} from './sip/transport/transport.ts';
import type {UdpTransport} from './sip/transport/udp.ts';
import {Mapping, type MappingStatus} from './stun/mapping.ts';
import {findServers, type NameService} from './stun/server-discovery.ts';
import type {ServerName} from './stun/server-name.ts';

/** What is told of the outside address. */
export type OutsideNews =
  | {readonly kind: 'outside-address'; readonly address: string}
  | {readonly kind: 'stun-down'; readonly reason: string};

/** What following the outside address takes. */
export interface OutsideAddressParts {
  readonly server: ServerName;
  /** Finds it. */
  readonly names: NameService;
  /** Its socket is asked about. */
  readonly udp: UdpTransport;
  readonly nat: NatTransport;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Called when the outside address is another: whoever knows the old one must be told. */
  onMoved(): void;
}

/**
 * Follows how the SIP socket is seen from outside, by a STUN server: Contact and SDP tell that address to public
 * destinations.
 */
export class OutsideAddress {
  /** Called with news for people. */
  onNews: ((news: OutsideNews) => void) | undefined;
  readonly #parts: OutsideAddressParts;
  readonly #mapping: Mapping;
  #told: MappingStatus | undefined;

  constructor(parts: OutsideAddressParts) {
    const {server, names, udp, clock, random} = parts;
    this.#parts = parts;
    this.#mapping = new Mapping({
      clock,
      random,
      find: () => findServers(server, names, random),
      local: (to) => localAddress(udp, to),
      send: (bytes, to) => udp.send(bytes, {transport: 'UDP', ...to}),
    });
    this.#mapping.onChange = (status) => this.#change(status);
  }

  /** Takes a STUN datagram that came to the SIP socket. */
  receive(bytes: Uint8Array, from: SocketAddress): void {
    this.#mapping.receive(bytes, from);
  }

  start(): void {
    this.#mapping.start();
  }

  /** Asks at once how the socket is seen: the network is another one, or was away. */
  refresh(): void {
    this.#mapping.refresh();
  }

  stop(): void {
    this.#mapping.stop();
  }

  /**
   * The STUN server that tells how sound sent on the way to a destination is seen; undefined where that is no other than
   * our own address, or no server answers.
   */
  serverFor(destination: Destination): SocketAddress | undefined {
    return this.#parts.nat.isMapped(destination) ? this.#mapping.status.server : undefined;
  }

  #change(status: MappingStatus): void {
    const {mapped, local, reason} = status;
    const before = this.#told;
    this.#told = status;
    if (reason !== '') {
      if (before?.reason !== reason) this.onNews?.({kind: 'stun-down', reason});
      return;
    }
    if (!mapped) return;
    this.#parts.nat.setMapping(local && {local, seen: mapped});
    const moved = !before?.mapped || formatSocketAddress(before.mapped) !== formatSocketAddress(mapped);
    if (moved || before?.reason !== '') {
      this.onNews?.({kind: 'outside-address', address: formatSocketAddress(mapped)});
    }
    if (moved) this.#parts.onMoved();
  }
}

function localAddress(udp: UdpTransport, to: SocketAddress): SocketAddress | undefined {
  try {
    return udp.localAddress({transport: 'UDP', ...to});
  } catch (error) {
    if (error instanceof TransportError) return undefined;
    throw error;
  }
}

import {isIP} from 'node:net';
import type {Clock} from '../../firmware/base/clock.ts';
import {
  type Destination,
  formatSocketAddress,
  type Hold,
  noHold,
  type SocketAddress,
  type Transport,
  TransportError,
} from '../../firmware/sip/transport/transport.ts';

/** A datagram that somebody sent, whether or not it arrived. */
export interface SentDatagram {
  /** Clock time in ms. */
  readonly at: number;
  readonly from: SocketAddress;
  readonly to: SocketAddress;
  /** The bytes as text. */
  readonly text: string;
}

/** The fate of a datagram: the delay (ms) of each copy that arrives. None: it is lost; two: it is doubled. */
export type Fate = (datagram: SentDatagram, index: number) => readonly number[];

/** Everything arrives once, `delay` ms later. */
export function reliableAfter(delay: number): Fate {
  return () => [delay];
}

/**
 * Loses, doubles and delays datagrams at random, always in the same way for the same `seed`. `loss` and
 * `duplication` are probabilities; delays are even between 0 and `longestDelay` ms, so datagrams overtake.
 */
export function unreliable(options: {
  readonly seed: number;
  readonly loss: number;
  readonly duplication: number;
  readonly longestDelay: number;
}): Fate {
  const random = seededRandom(options.seed);
  return () => {
    const copies = random() < options.loss ? 0 : random() < options.duplication ? 2 : 1;
    return Array.from({length: copies}, () => Math.floor(random() * options.longestDelay));
  };
}

/** A network of addresses that datagrams travel on a clock of a test's own. */
export class FakeNetwork {
  /** What was sent, in order. */
  readonly sent: SentDatagram[] = [];
  fate: Fate;
  /** Addresses that no route leads to: sending there fails. */
  readonly unreachable = new Set<string>();
  /** The other addresses of hosts that have one of each family. */
  readonly otherFamily = new Map<string, string>();
  #clock: Clock;
  #sockets = new Map<string, FakeTransport>();

  constructor(clock: Clock, fate: Fate = reliableAfter(0)) {
    this.#clock = clock;
    this.fate = fate;
  }

  /** A transport with one socket at this address. */
  open(address: string, port = 5060): FakeTransport {
    const transport = new FakeTransport({address, port}, this);
    this.#sockets.set(formatSocketAddress({address, port}), transport);
    return transport;
  }

  /** Used by the transports. */
  carry(bytes: Uint8Array, from: SocketAddress, to: SocketAddress, onError?: (text: string) => void): void {
    const datagram = {at: this.#clock.now(), from, to, text: Buffer.from(bytes).toString()};
    this.sent.push(datagram);
    if (this.unreachable.has(to.address)) {
      this.#clock.after(0, () => onError?.(`cannot send to ${formatSocketAddress(to)}: no route there`));
      return;
    }
    const copy = Uint8Array.from(bytes);
    for (const delay of this.fate(datagram, this.sent.length - 1)) {
      this.#clock.after(delay, () => {
        const receiver = this.#sockets.get(formatSocketAddress(to));
        receiver?.onMessage(copy, from, receiver.address);
      });
    }
  }
}

/** A UDP transport on a fake network. */
export class FakeTransport implements Transport {
  readonly address: SocketAddress;
  onMessage: (bytes: Uint8Array, remote: SocketAddress, local: SocketAddress) => void = () => {};
  #network: FakeNetwork;

  constructor(address: SocketAddress, network: FakeNetwork) {
    this.address = address;
    this.#network = network;
  }

  send(bytes: Uint8Array, destination: Destination, onError?: (text: string) => void): void {
    const to = {address: destination.address, port: destination.port};
    this.#network.carry(bytes, this.address, to, onError);
  }

  localAddress(destination: Destination): SocketAddress {
    if (this.#network.unreachable.has(destination.address)) {
      throw new TransportError(`no route to ${destination.address}`);
    }
    const other = this.#network.otherFamily.get(this.address.address);
    if (other === undefined || isIP(other) !== isIP(destination.address)) return this.address;
    return {...this.address, address: other};
  }

  prepare(_destination: Destination, ready: () => void): void {
    ready();
  }

  hold(): Hold {
    return noHold;
  }

  unanswered(): void {}
}

/** Random bytes that are the same for the same seed, for tags and branches in tests. */
export function seededBytes(seed: number): (count: number) => Uint8Array {
  const random = seededRandom(seed);
  return (count) => Uint8Array.from({length: count}, () => Math.floor(random() * 256));
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

import type {BindMarked} from '../../../hal/hal.ts';
import type {Clock} from '../../base/clock.ts';
import {StreamTransport} from './stream-transport.ts';
import {tcpSockets} from './tcp.ts';
import {type TlsOptions, TlsSockets} from './tls.ts';
import type {
  Destination,
  Hold,
  MessageHandler,
  SocketAddress,
  TraceEntry,
  Transport,
  TransportName,
} from './transport.ts';
import {UdpTransport} from './udp.ts';

/** An address that is listened on. */
export interface Listener extends SocketAddress {
  readonly transport: TransportName;
}

/** UDP, TCP and TLS as one transport, which takes the one that a destination names. */
export class Transports implements Transport {
  readonly udp: UdpTransport;
  readonly #all: Readonly<Record<TransportName, UdpTransport | StreamTransport>>;

  /** Without `bindMarked` datagrams are not marked as signalling. */
  constructor(clock: Clock, tls: TlsOptions, bindMarked?: BindMarked) {
    this.udp = new UdpTransport(clock, bindMarked);
    this.#all = {
      UDP: this.udp,
      TCP: new StreamTransport(tcpSockets, clock),
      TLS: new StreamTransport(new TlsSockets(tls, clock), clock),
    };
  }

  /** Called for each message that may be one. */
  set onMessage(handler: MessageHandler) {
    for (const transport of Object.values(this.#all)) transport.onMessage = handler;
  }

  /** Asked, for each message, whether one from an address is to be read now: a datagram is dropped, a stream has to wait. */
  set admits(admits: (address: string) => boolean) {
    for (const transport of Object.values(this.#all)) transport.admits = admits;
  }

  /** Called for each message sent or received, before anything else is done with it. */
  set onTrace(trace: ((entry: TraceEntry) => void) | undefined) {
    for (const transport of Object.values(this.#all)) transport.onTrace = trace;
  }

  /** The addresses we listen on, with their real ports. */
  get listening(): Listener[] {
    return Object.entries(this.#all).flatMap(([name, {listening}]) =>
      listening.map((address) => ({transport: name as TransportName, ...address})),
    );
  }

  /**
   * Listens on an address of this machine, `0.0.0.0` or `::` (IPv6 only); port 0 takes any free one.
   * @throws TransportError when that is not possible, in words that say what to do.
   */
  bind({transport, address, port}: Listener): Promise<SocketAddress> {
    return this.#all[transport].bind(address, port);
  }

  send(bytes: Uint8Array, destination: Destination, onError?: (text: string) => void): void {
    this.#all[destination.transport].send(bytes, destination, onError);
  }

  localAddress(destination: Destination): SocketAddress {
    return this.#all[destination.transport].localAddress(destination);
  }

  prepare(destination: Destination, ready: () => void): void {
    this.#all[destination.transport].prepare(destination, ready);
  }

  hold(destination: Destination, onLost?: (why: string) => void, keepAlive?: number): Hold {
    return this.#all[destination.transport].hold(destination, onLost, keepAlive);
  }

  unanswered(destination: Destination, since: number): void {
    this.#all[destination.transport].unanswered(destination, since);
  }

  /** Closes connections whose address here is none of this machine's any more, as `isOurs` tells. */
  dropLost(isOurs: (address: string) => boolean): void {
    for (const transport of Object.values(this.#all)) {
      if (transport instanceof StreamTransport) transport.dropLost(isOurs);
    }
  }

  /** Stops listening and closes every connection. */
  close(): void {
    for (const transport of Object.values(this.#all)) transport.close();
  }
}

import {createSocket, type Socket} from 'node:dgram';
import {isIPv6} from 'node:net';
import type {BindMarked} from '../../../hal/hal.ts';
import {bindDatagram} from '../../base/bind-datagram.ts';
import type {Clock} from '../../base/clock.ts';
import {numericAddress} from '../../base/numeric-address.ts';
import {isSendablePort} from '../../base/sendable-port.ts';
import {isStun} from '../../stun/message.ts';
import {listenFailure} from './listen-failure.ts';
import {routeTo} from './route.ts';
import {explainSocketError} from './send-failure.ts';
import {signallingClass} from './service-class.ts';
import {
  type Destination,
  formatSocketAddress,
  type Hold,
  isUnspecified,
  type MessageHandler,
  noHold,
  type SocketAddress,
  type TraceEntry,
  type Transport,
  TransportError,
} from './transport.ts';

/** The shortest thing that could be a SIP message: `M s:h SIP/2.0` and a line end. */
const shortestMessage = 15;
const carriageReturn = 13;
const lineFeed = 10;
/** Bytes the kernel may keep for us while this thread is busy; it takes what its own limit allows. */
const receiveBuffer = 1 << 20;

interface OpenSocket {
  readonly socket: Socket;
  /** The address as it was asked for, with the real port. */
  readonly bound: SocketAddress;
}

/** One or more UDP sockets as one transport (RFC 3261 section 18). */
export class UdpTransport implements Transport {
  /** Called for each datagram that may be a message. `local` is the bound address of the socket. */
  onMessage: MessageHandler = () => {};
  /** Called for each STUN datagram: keep-alives share the socket with SIP (RFC 5626 section 4.4.2). */
  onStun: ((bytes: Uint8Array, remote: SocketAddress) => void) | undefined;
  /**
   * Asked whether a datagram from an address is to be looked at, before anything of it is read or traced, unless it is
   * STUN. Without it all are.
   */
  admits: ((address: string) => boolean) | undefined;
  /** Called for each message sent, and for each received that was admitted, before anything else is done with it. */
  onTrace: ((entry: TraceEntry) => void) | undefined;
  /** Datagrams that were too short to be a message, keep-alives not counted. */
  dropped = 0;

  #clock: Clock;
  #bindMarked: BindMarked | undefined;
  #sockets: OpenSocket[] = [];

  /** `clock` gives the time for traces. Without `bindMarked` nothing is marked as signalling. */
  constructor(clock: Clock, bindMarked?: BindMarked) {
    this.#clock = clock;
    this.#bindMarked = bindMarked;
  }

  /** The addresses we listen on; ports that were asked for as 0 are the real ones here. */
  get listening(): SocketAddress[] {
    return this.#sockets.map(({bound}) => bound);
  }

  /**
   * Opens a socket more. `address` is an address of this machine, `0.0.0.0` or `::` (IPv6 only); `port` 0
   * takes any free one. Resolves to the address it was bound to.
   * @throws TransportError when the address is not ours, or the port is taken or not allowed.
   */
  async bind(address: string, port: number): Promise<SocketAddress> {
    const socket = createSocket({
      type: isIPv6(address) ? 'udp6' : 'udp4',
      ipv6Only: isIPv6(address),
      lookup: numericAddress,
    });
    const marking = this.#bindMarked && {codePoint: signallingClass, bind: this.#bindMarked};
    await bindDatagram(socket, {address, port}, marking).catch((error: NodeJS.ErrnoException) => {
      throw new TransportError(listenFailure(error, 'UDP', {address, port}));
    });
    const bound = {address, port: socket.address().port};
    // A socket that is not connected has no errors of its own but those of sending, which have a callback.
    socket.on('error', () => {});
    socket.setRecvBufferSize(receiveBuffer);
    socket.on('message', (bytes, remote) => this.#receive(bytes, remote, bound));
    this.#sockets.push({socket, bound});
    return bound;
  }

  send(bytes: Uint8Array, destination: Destination, onError?: (text: string) => void): void {
    const to = {address: destination.address, port: destination.port};
    const from = this.#socketFor(destination);
    if (!from || !isSendablePort(to.port)) {
      const why = from ? 'that is no port' : noSocket(destination.address);
      this.#clock.after(0, () => onError?.(`cannot send to ${formatSocketAddress(to)}: ${why}`));
      return;
    }
    from.socket.send(bytes, to.port, to.address, (error) => {
      if (error) onError?.(`cannot send to ${formatSocketAddress(to)}: ${explainSocketError(error)}`);
    });
    if (this.onTrace && !isStun(bytes) && !isKeepAlive(bytes))
      this.#trace('out', this.#seenBy(to.address, from.bound), to, bytes);
  }

  localAddress(destination: Destination): SocketAddress {
    const from = this.#socketFor(destination);
    if (!from) throw new TransportError(noSocket(destination.address));
    if (!isUnspecified(from.bound)) return from.bound;
    return {address: routeTo(destination.address), port: from.bound.port};
  }

  prepare(_destination: Destination, ready: () => void): void {
    ready();
  }

  hold(_destination: Destination, _onLost?: (why: string) => void, _keepAlive?: number): Hold {
    return noHold;
  }

  unanswered(): void {}

  /** Closes every socket; nothing is sent or received from then on. */
  close(): void {
    for (const {socket} of this.#sockets) socket.close();
    this.#sockets = [];
  }

  #receive(bytes: Uint8Array, remote: SocketAddress, bound: SocketAddress): void {
    const from = {address: remote.address, port: remote.port};
    if (isKeepAlive(bytes)) return;
    if (isStun(bytes)) {
      this.onStun?.(bytes, from);
      return;
    }
    if (bytes.length < shortestMessage) {
      this.dropped++;
      return;
    }
    if (this.admits && !this.admits(from.address)) return;
    if (this.onTrace) this.#trace('in', from, this.#seenBy(from.address, bound), bytes);
    this.onMessage(bytes, from, bound, 'UDP');
  }

  #socketFor({address, from}: Destination): OpenSocket | undefined {
    const sameFamily = this.#sockets.filter(({bound}) => isVersion6(bound.address) === isVersion6(address));
    if (sameFamily.length < 2) return sameFamily[0];
    const asked = sameFamily.find(({bound}) => bound.address === from?.address && bound.port === from.port);
    if (asked) return asked;
    const ours = routeOrUndefined(address);
    return (
      sameFamily.find(({bound}) => bound.address === ours) ??
      sameFamily.find(({bound}) => isUnspecified(bound)) ??
      sameFamily[0]
    );
  }

  #trace(direction: 'in' | 'out', from: SocketAddress, to: SocketAddress, bytes: Uint8Array): void {
    this.onTrace?.({at: this.#clock.wallTime(), direction, transport: 'UDP', from, to, bytes});
  }

  /** Our address in a trace: `0.0.0.0` would tell nobody anything. */
  #seenBy(remote: string, bound: SocketAddress): SocketAddress {
    if (!isUnspecified(bound)) return bound;
    return {address: routeOrUndefined(remote) ?? bound.address, port: bound.port};
  }
}

function routeOrUndefined(address: string): string | undefined {
  try {
    return routeTo(address);
  } catch {
    return undefined;
  }
}

/** Empty datagrams and bare line ends keep a NAT binding open (RFC 5626 section 4.4.1) and mean nothing else. */
function isKeepAlive(bytes: Uint8Array): boolean {
  return bytes.length <= 4 && bytes.every((byte) => byte === carriageReturn || byte === lineFeed);
}

/** Of an address, which this is without a doubt; for anything else there is `isIPv6`. */
function isVersion6(address: string): boolean {
  return address.includes(':');
}

function noSocket(address: string): string {
  const family = isVersion6(address) ? 'IPv6' : 'IPv4';
  return `there is no ${family} listener: add one to sip.listen`;
}

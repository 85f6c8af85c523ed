import {isIPv6, type Server, type Socket} from 'node:net';
import type {Clock} from '../../base/clock.ts';
import {Connection, type ConnectionUser} from './connection.ts';
import {ConnectionTable, goesTo} from './connection-table.ts';
import {listenFailure} from './listen-failure.ts';
import {routeTo} from './route.ts';
import {markAsSignalling} from './service-class.ts';
import type {StreamSockets} from './stream-sockets.ts';
import {
  type Destination,
  defaultPorts,
  formatSocketAddress,
  type Hold,
  isUnspecified,
  type MessageHandler,
  type SocketAddress,
  type TraceEntry,
  type Transport,
  TransportError,
} from './transport.ts';

/** After so long (ms) the kernel asks whether the other end of a silent connection is still there. */
const kernelKeepAlive = 30_000;

/** Who needs connections to somewhere. */
interface StreamHold {
  readonly destination: Destination;
  /** Pause (ms) between keep-alives that are sure to be answered. */
  readonly keepAlive: number | undefined;
  onLost(why: string): void;
}

/**
 * TCP or TLS (RFC 3261 section 18): listeners, and connections that are opened when something is to be sent and are
 * used again for whatever goes the same way. Responses go back on the connection of their request.
 */
export class StreamTransport implements Transport {
  onMessage: MessageHandler = () => {};
  onTrace: ((entry: TraceEntry) => void) | undefined;
  /**
   * Asked for each connection of others, and for each message, whether its sender may send as much. One who may not is not
   * connected to, for agreeing on keys costs more than a message; and of one who is connected less is read at a time. Without
   * it all may.
   */
  admits: ((address: string) => boolean) | undefined;
  #sockets: StreamSockets;
  #clock: Clock;
  #servers: {readonly server: Server; readonly bound: SocketAddress}[] = [];
  #table: ConnectionTable;
  #holds = new Set<StreamHold>();

  constructor(sockets: StreamSockets, clock: Clock) {
    this.#sockets = sockets;
    this.#clock = clock;
    this.#table = new ConnectionTable(
      () => clock.now(),
      (connection) => this.#isHeld(connection),
    );
  }

  /** The addresses we listen on, with their real ports. */
  get listening(): SocketAddress[] {
    return this.#servers.map(({bound}) => bound);
  }

  /** Connections that are open or being opened. */
  get connections(): number {
    return this.#table.size;
  }

  /**
   * Listens on an address of this machine, `0.0.0.0` or `::` (IPv6 only); port 0 takes any free one.
   * @throws TransportError when that is not possible, in words that say what to do.
   */
  async bind(address: string, port: number): Promise<SocketAddress> {
    const server = this.#sockets.createServer((socket) => this.#accept(socket));
    // Before TLS has begun, and whether or not it succeeds.
    server.prependListener('connection', (socket: Socket) => {
      const admitted = this.admits?.(socket.remoteAddress ?? '') ?? true;
      if (admitted && this.#table.admit(socket)) markAsSignalling(socket);
      else socket.destroy();
    });
    server.on('tlsClientError', (_error, socket: Socket) => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(new TransportError(listenFailure(error, this.#sockets.transport, {address, port}))),
      );
      server.listen({host: address, port, ipv6Only: isIPv6(address), exclusive: true}, resolve);
    });
    server.removeAllListeners('error').on('error', () => {});
    const real = server.address();
    const bound = {address, port: real !== null && typeof real === 'object' ? real.port : port};
    this.#servers.push({server, bound});
    return bound;
  }

  send(bytes: Uint8Array, destination: Destination, onError?: (text: string) => void): void {
    const response = destination.sentByPort !== undefined;
    let connection = this.#find(destination);
    if (!connection) {
      // RFC 3261 section 18.2.2: the connection of the request is gone, so to where the peer listens.
      const target = {...destination, port: destination.sentByPort ?? destination.port};
      connection = response ? this.#find(target) : undefined;
      if (!connection && !this.#table.mayDial(response)) {
        const text = `cannot send to ${formatSocketAddress(target)}: too many connections`;
        this.#clock.after(0, () => onError?.(text));
        return;
      }
      connection ??= this.#dial(target);
    }
    connection.send(bytes, !response, onError);
  }

  localAddress(destination: Destination): SocketAddress {
    const {address} = destination;
    const connection = this.#find(destination);
    const bound = this.#boundFor(address);
    const near = connection?.state === 'open' ? connection.local : undefined;
    const fixed = bound && !isUnspecified(bound) ? bound.address : undefined;
    return {
      address: near?.address ?? fixed ?? routeTo(address),
      port: bound?.port ?? near?.port ?? defaultPorts[this.#sockets.transport],
    };
  }

  prepare(destination: Destination, ready: () => void): void {
    if (this.#boundFor(destination.address)) ready();
    else (this.#find(destination) ?? this.#dial(destination)).whenSettled(ready);
  }

  hold(destination: Destination, onLost: (why: string) => void = () => {}, keepAlive?: number): Hold {
    const held = {destination, onLost, keepAlive};
    this.#holds.add(held);
    this.#find(destination)?.heldAnew();
    return {release: () => void this.#holds.delete(held)};
  }

  unanswered(destination: Destination, since: number): void {
    const connection = this.#find(destination);
    if (connection && connection.lastReceived < since) connection.close('the other side does not answer');
  }

  /** Closes connections whose address here is none of this machine's any more, as `isOurs` tells. */
  dropLost(isOurs: (address: string) => boolean): void {
    this.#table.closeLost((near) => !isOurs(near));
  }

  /** Stops listening and closes every connection. */
  close(): void {
    this.#holds.clear();
    for (const {server} of this.#servers.splice(0)) server.close();
    this.#table.closeAll();
  }

  #find(destination: Destination): Connection | undefined {
    const {serverName, sentByPort} = destination;
    return this.#table.find(destination, (connection, socket) => {
      // A response answers whoever asked.
      if (sentByPort !== undefined) return true;
      // Who is there is not known before the connection is open.
      if (connection.state === 'connecting') return connection.serverName === serverName;
      return this.#sockets.isPeer(socket, serverName);
    });
  }

  #boundFor(address: string): SocketAddress | undefined {
    return this.#servers.find(({bound}) => isIPv6(bound.address) === isIPv6(address))?.bound;
  }

  #dial(destination: Destination): Connection {
    const {address, port} = destination;
    const bound = this.#boundFor(address);
    const localAddress = bound && !isUnspecified(bound) ? bound.address : undefined;
    const socket = this.#sockets.connect(
      destination,
      localAddress,
      () => connection.open(nearEnd(socket)),
      (why) => connection.close(why),
    );
    const connection = this.#newConnection(
      socket,
      {address, port},
      {outgoing: true, serverName: destination.serverName},
    );
    return connection;
  }

  #accept(socket: Socket): void {
    const {remoteAddress: address, remotePort: port} = socket;
    // Refused, or gone before we came to look.
    if (socket.destroyed || address === undefined || port === undefined) {
      socket.destroy();
      return;
    }
    this.#newConnection(socket, {address, port}, {outgoing: false}).open(nearEnd(socket));
  }

  #newConnection(
    socket: Socket,
    remote: SocketAddress,
    origin: {readonly outgoing: boolean; readonly serverName?: string | undefined},
  ): Connection {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, kernelKeepAlive);
    const user: ConnectionUser = {
      onMessage: (bytes) => {
        this.#trace('in', connection, bytes);
        this.onMessage(bytes, remote, connection.local, this.#sockets.transport);
      },
      onSent: (bytes) => this.#trace('out', connection, bytes),
      onClosed: (why) => this.#onClosed(connection, why),
      admits: () => this.admits?.(remote.address) ?? true,
      isHeld: () => this.#isHeld(connection),
      keepAlive: () => this.#keepAlive(connection),
      explain: (error) => this.#sockets.explain(error),
    };
    const connection: Connection = new Connection(socket, remote, origin, this.#clock, user);
    this.#table.add(connection, socket);
    return connection;
  }

  #isHeld(connection: Connection): boolean {
    return [...this.#holds].some(({destination}) => goesTo(destination, connection));
  }

  /** The shortest pause of all who hold it. */
  #keepAlive(connection: Connection): number | undefined {
    const pauses = [...this.#holds].flatMap(({destination, keepAlive}) =>
      keepAlive !== undefined && goesTo(destination, connection) ? [keepAlive] : [],
    );
    return pauses.length > 0 ? Math.min(...pauses) : undefined;
  }

  #onClosed(connection: Connection, why: string): void {
    this.#table.remove(connection);
    for (const {destination, onLost} of [...this.#holds]) {
      if (goesTo(destination, connection) && !this.#find(destination)) onLost(why);
    }
  }

  #trace(direction: 'in' | 'out', {local, remote}: Connection, bytes: Uint8Array): void {
    if (!this.onTrace) return;
    const [from, to] = direction === 'in' ? [remote, local] : [local, remote];
    this.onTrace({
      at: this.#clock.wallTime(),
      direction,
      transport: this.#sockets.transport,
      from,
      to,
      bytes,
    });
  }
}

function nearEnd({localAddress, localPort}: Socket): SocketAddress {
  return {address: localAddress ?? '', port: localPort ?? 0};
}

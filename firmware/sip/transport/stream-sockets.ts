import type {Server, Socket} from 'node:net';
import type {Destination} from './transport.ts';

/** What one stream protocol knows of sockets: TCP, or TLS over it. */
export interface StreamSockets {
  readonly transport: 'TCP' | 'TLS';
  /**
   * Begins a connection. `onOpen` is called when it may be used; `onRefused`, with plain words, when it is there but
   * must not be used. Everything else the socket's events tell.
   */
  connect(
    destination: Destination,
    localAddress: string | undefined,
    onOpen: () => void,
    onRefused: (why: string) => void,
  ): Socket;
  /**
   * A server that is not listening yet. `onConnection` is called for each connection that may be used.
   * @throws TransportError where something that it needs is missing.
   */
  createServer(onConnection: (socket: Socket) => void): Server;
  /** Whether the other end of an open connection is known to be `name`, or nobody needs to know. */
  isPeer(socket: Socket, name: string | undefined): boolean;
  /** What is wrong with a connection, in plain words. */
  explain(error: NodeJS.ErrnoException): string;
}

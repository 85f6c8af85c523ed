import type {SocketAddress} from '../../rtp/audio-stream.ts';

export type {SocketAddress};

/** What SIP runs over (RFC 3261 section 18). */
export type TransportName = 'UDP' | 'TCP' | 'TLS';

/** Where a message goes to. */
export interface Destination {
  readonly transport: TransportName;
  /** IPv4 or IPv6 address without brackets. */
  readonly address: string;
  readonly port: number;
  /**
   * The domain, or address, of the URI that led here: whom a certificate must name (RFC 5922 section 7.1). Only
   * TLS looks at it; where it is missing the certificate must name the address.
   */
  readonly serverName?: string;
  /**
   * The socket of ours to send from, by its bound address. Responses set it to where the request came in
   * (RFC 3581 section 4); where it is missing, the first socket of the right address family is taken.
   */
  readonly from?: SocketAddress;
  /**
   * For a response over a stream: the port of the peer to connect to where the connection that the request
   * came on is closed (RFC 3261 section 18.2.2).
   */
  readonly sentByPort?: number;
}

/** The two ends a message travelled between. */
export interface Flow {
  readonly transport: TransportName;
  /**
   * The bound address of our socket, `0.0.0.0` or `::` where it listens on all interfaces; of a connection,
   * its end here.
   */
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  /** True where the transport itself repeats what is lost. UDP does not. */
  readonly reliable: boolean;
}

/** A message on the wire, for ladders and captures. */
export interface TraceEntry {
  /** Wall-clock time in ms since 1970. */
  readonly at: number;
  readonly direction: 'in' | 'out';
  readonly transport: TransportName;
  readonly from: SocketAddress;
  readonly to: SocketAddress;
  readonly bytes: Uint8Array;
}

/** Takes a message; `local` is the bound address of the socket it came to, or the near end of a connection. */
export type MessageHandler = (
  bytes: Uint8Array,
  remote: SocketAddress,
  local: SocketAddress,
  transport: TransportName,
) => void;

/** Keeps a connection until it is released. */
export interface Hold {
  release(): void;
}

/** A question that may be given up. */
export interface Probe {
  cancel(): void;
}

/** Nothing to keep. */
export const noHold: Hold = {release() {}};

/** What carries SIP messages. Handed in to the layers above, which own no sockets. */
export interface Transport {
  /** Sends one message. `onError` is called, later, with plain words when it could not leave this machine. */
  send(bytes: Uint8Array, destination: Destination, onError?: (text: string) => void): void;
  /**
   * Our address as `destination` would see it, by the kernel's routes, with the port we listen on: for Via,
   * Contact and SDP. Answers at once.
   * @throws TransportError when no socket or no route leads there.
   */
  localAddress(destination: Destination): SocketAddress;
  /**
   * The address that `destination` is to be told as ours in Contact: behind a NAT another than `localAddress`. Where a
   * transport has no such method there is no difference.
   */
  contactAddress?(destination: Destination): SocketAddress;
  /**
   * Takes the news that a server saw a request of ours come from `seen`. Returns whether `contactAddress` gives another
   * address for it from now on.
   */
  noteSeen?(destination: Destination, seen: SocketAddress): boolean;
  /**
   * Calls `ready` when `localAddress` can be asked: where nothing listens for connections, the address to be reached
   * at is that of the connection, which is opened for it. Calls back, at once or later, also when that fails.
   */
  prepare(destination: Destination, ready: () => void): void;
  /**
   * Keeps a connection to there, while there is one, from being closed for idleness: for a call, or for a server
   * that is to reach us over it. `onLost` is called, with plain words, each time that it breaks. `keepAlive`: the pause
   * (ms) between keep-alives for a peer that has promised to answer them (RFC 5626 section 4.4.1): without an answer
   * the connection is dead.
   */
  hold(destination: Destination, onLost?: (why: string) => void, keepAlive?: number): Hold;
  /**
   * Asks by STUN, from the socket that SIP uses, how `server` sees us (RFC 5626 section 4.4.2). `done` is called later,
   * with undefined when it has been silent for 10 s. Where a transport has no such method nobody can be asked.
   */
  probe?(server: Destination, done: (seen: SocketAddress | undefined) => void): Probe;
  /**
   * Takes the news that a request got no answer: a connection on which nothing has come since `since` (clock time in
   * ms) is dead, whatever the kernel thinks, and is not used again.
   */
  unanswered(destination: Destination, since: number): void;
}

/** Why a transport cannot be used, in words that say what to do next. */
export class TransportError extends Error {
  override name = 'TransportError';
}

/** `address:port`, with brackets around an IPv6 address. */
export function formatSocketAddress({address, port}: SocketAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The port where a URI or a Via names none (RFC 3261 sections 18.2.2 and 19.1.2). */
export const defaultPorts: Readonly<Record<TransportName, number>> = {UDP: 5060, TCP: 5060, TLS: 5061};

/** Whether a bound address stands for every address of this machine. */
export function isUnspecified({address}: SocketAddress): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** Whether the transport itself repeats what is lost (RFC 3261 section 17). */
export function isReliable(transport: TransportName): boolean {
  return transport !== 'UDP';
}

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
}

/** Why a transport cannot be used, in words that say what to do next. */
export class TransportError extends Error {
  override name = 'TransportError';
}

/** `address:port`, with brackets around an IPv6 address. */
export function formatSocketAddress({address, port}: SocketAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Whether the transport itself repeats what is lost (RFC 3261 section 17). */
export function isReliable(transport: TransportName): boolean {
  return transport !== 'UDP';
}

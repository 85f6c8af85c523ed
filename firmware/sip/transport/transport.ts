import type {SocketAddress} from '../../rtp/audio-stream.ts';

export type {SocketAddress};

/** Where a message goes to. */
export interface Destination {
  readonly transport: 'UDP';
  /** IPv4 or IPv6 address without brackets. */
  readonly address: string;
  readonly port: number;
  /**
   * The socket of ours to send from, by its bound address. Responses set it to where the request came in
   * (RFC 3581 section 4); where it is missing, the first socket of the right address family is taken.
   */
  readonly from?: SocketAddress;
}

/** The two ends a message travelled between. */
export interface Flow {
  readonly transport: 'UDP';
  /** The bound address of our socket; `0.0.0.0` or `::` where it listens on all interfaces. */
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
  readonly transport: 'UDP';
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

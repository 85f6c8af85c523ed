import {createSocket, type Socket} from 'node:dgram';
import {isIPv6} from 'node:net';
import type {BindMarked} from '../../hal/hal.ts';
import {bindDatagram} from '../base/bind-datagram.ts';
import {numericAddress} from '../base/numeric-address.ts';
import {isSendablePort} from '../base/sendable-port.ts';
import type {SocketAddress} from '../rtp/audio-stream.ts';

/** DSCP EF, the class of speech (RFC 3246, RFC 4594 section 4.1). */
const expeditedForwarding = 46;

/** A session's sockets: RTP on an even port, RTCP on the next one (RFC 3550 section 11). */
export interface RtpSockets {
  readonly rtp: RtpSocket;
  readonly rtcp: RtpSocket;
  /** How they are seen from outside, where a STUN server told. */
  readonly mapped?: SocketAddress | undefined;
  readonly mappedRtcp?: SocketAddress | undefined;
}

/** A bound UDP socket for one session's RTP or RTCP. */
export interface RtpSocket {
  readonly port: number;
  /** Whether it is tied to one remote address. */
  readonly connected: boolean;
  /** Puts one datagram on the wire before it returns. What cannot be sent is lost, as on the wire. */
  send(bytes: Uint8Array, to: SocketAddress): void;
  /** Ties the socket to an address: cheaper to send on, and the kernel drops what comes from elsewhere. */
  connect(to: SocketAddress): void;
  disconnect(): void;
  close(): void;
}

/** A datagram from `address` and `port`; `bytes` is only valid during the call. */
export type OnDatagram = (bytes: Uint8Array, address: string, port: number) => void;

class DatagramRtpSocket implements RtpSocket {
  readonly port: number;
  connected = false;
  readonly #socket: Socket;

  constructor(socket: Socket, onDatagram: OnDatagram) {
    this.#socket = socket;
    this.port = socket.address().port;
    socket.on('message', (bytes, {address, port}) => onDatagram(bytes, address, port));
    // A refused port or a vanished route comes back as an error of a later call. The packets are lost, no more.
    socket.on('error', () => {});
  }

  send(bytes: Uint8Array, to: SocketAddress): void {
    if (this.connected) this.#socket.send(bytes, ignoreError);
    else if (isSendablePort(to.port)) this.#socket.send(bytes, to.port, to.address, ignoreError);
  }

  connect(to: SocketAddress): void {
    if (this.connected || !isSendablePort(to.port)) return;
    this.#socket.connect(to.port, to.address);
    this.connected = isConnected(this.#socket);
  }

  disconnect(): void {
    if (!this.connected) return;
    this.connected = false;
    this.#socket.disconnect();
  }

  close(): void {
    this.#socket.close();
  }
}

function ignoreError(): void {}

/** With a lookup that answers at once, connecting has succeeded or failed when `connect` returns. */
function isConnected(socket: Socket): boolean {
  try {
    return socket.remoteAddress() !== undefined;
  } catch {
    return false;
  }
}

/** Hands out pairs of ports of a range in turn, so that one just freed is not given to the next call. */
export class RtpPorts {
  readonly #first: number;
  readonly #count: number;
  readonly #bindMarked: BindMarked | undefined;
  #next = 0;

  /** `last` included. Without `bindMarked` nothing is marked as sound. */
  constructor(first: number, last: number, bindMarked?: BindMarked) {
    this.#bindMarked = bindMarked;
    this.#first = first + (first % 2);
    this.#count = Math.max(0, Math.floor((last + 1 - this.#first) / 2));
  }

  /**
   * Binds the next free even port, and the odd one above it, on `address`.
   * @throws Error in plain words when none is free or the address is not ours.
   */
  async bind(address: string, onRtp: OnDatagram, onRtcp: OnDatagram): Promise<RtpSockets> {
    for (let attempt = 0; attempt < this.#count; attempt++) {
      const port = this.#first + 2 * this.#next;
      this.#next = (this.#next + 1) % this.#count;
      const pair = await Promise.allSettled([
        bindSocket(address, port, this.#bindMarked),
        bindSocket(address, port + 1, this.#bindMarked),
      ]);
      const [rtp, rtcp] = pair;
      if (rtp.status === 'fulfilled' && rtcp.status === 'fulfilled') {
        return {
          rtp: new DatagramRtpSocket(rtp.value, onRtp),
          rtcp: new DatagramRtpSocket(rtcp.value, onRtcp),
        };
      }
      for (const one of pair) if (one.status === 'fulfilled') one.value.close();
      for (const one of pair) {
        if (one.status === 'fulfilled' || one.reason.code === 'EADDRINUSE') continue;
        throw new Error(`no RTP port on ${address}: ${one.reason.message}`);
      }
    }
    throw new Error(
      `no free RTP ports on ${address}: all pairs from ${this.#first} on are in use; widen media_ports`,
    );
  }
}

async function bindSocket(
  address: string,
  port: number,
  bindMarked: BindMarked | undefined,
): Promise<Socket> {
  const socket = createSocket({type: isIPv6(address) ? 'udp6' : 'udp4', lookup: numericAddress});
  await bindDatagram(
    socket,
    {address, port},
    bindMarked && {codePoint: expeditedForwarding, bind: bindMarked},
  );
  return socket;
}

import {createSocket, type Socket} from 'node:dgram';
import {isIPv6} from 'node:net';
import type {SocketAddress} from '../rtp/audio-stream.ts';

/** A bound UDP socket for one session's RTP. */
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

/** Addresses here are numeric, and a lookup through the resolver would put sending off by a turn of the loop. */
function numericAddress(
  address: string,
  _options: unknown,
  done: (error: null, address: string, family: number) => void,
): void {
  done(null, address, isIPv6(address) ? 6 : 4);
}

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
    else this.#socket.send(bytes, to.port, to.address, ignoreError);
  }

  connect(to: SocketAddress): void {
    if (this.connected) return;
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

/** Hands out even ports of a range in turn, so that a port just freed is not given to the next call. */
export class RtpPorts {
  readonly #first: number;
  readonly #count: number;
  #next = 0;

  /** `last` included. */
  constructor(first: number, last: number) {
    this.#first = first + (first % 2);
    this.#count = Math.max(0, Math.floor((last - this.#first) / 2) + 1);
  }

  /**
   * Binds the next free even port on `address`.
   * @throws Error in plain words when none is free or the address is not ours.
   */
  async bind(address: string, onDatagram: OnDatagram): Promise<RtpSocket> {
    for (let attempt = 0; attempt < this.#count; attempt++) {
      const port = this.#first + 2 * this.#next;
      this.#next = (this.#next + 1) % this.#count;
      const socket = createSocket({type: isIPv6(address) ? 'udp6' : 'udp4', lookup: numericAddress});
      try {
        await bound(socket, address, port);
        return new DatagramRtpSocket(socket, onDatagram);
      } catch (error) {
        socket.close();
        const {code, message} = error as NodeJS.ErrnoException;
        if (code === 'EADDRINUSE') continue;
        throw new Error(`no RTP port on ${address}: ${message}`);
      }
    }
    throw new Error(
      `no free RTP port on ${address}: all even ports from ${this.#first} on are in use; widen media_ports`,
    );
  }
}

function bound(socket: Socket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({address, port, exclusive: true}, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}

import type {Clock, Timer} from '../base/clock.ts';
import type {RandomBytes} from '../base/random.ts';
import type {SocketAddress} from '../rtp/audio-stream.ts';
import {StunClient} from '../stun/client.ts';
import type {RetransmissionValues} from '../stun/retransmission.ts';
import type {OnDatagram, RtpSocket, RtpSockets} from './rtp-socket.ts';

/** Asked at 0 and 100 ms, given up after 300 ms: an INVITE waits for it. */
const hurried: RetransmissionValues = {rto: 100, rc: 2, rm: 2};
/** Time (ms) between two questions while nothing is sent: many routers forget a mapping after 30 s. */
const keepAliveTime = 20_000;

/** What the question needs. */
export interface MappingParts {
  /** The STUN server. */
  readonly server: SocketAddress;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Binds the sockets. */
  bind(onRtp: OnDatagram, onRtcp: OnDatagram): Promise<RtpSockets>;
}

/**
 * Binds a session's sockets and finds out how they are seen from outside, which takes 300 ms at most: what has not been
 * answered by then is not known. Rejects as `bind` does.
 */
export async function bindMapped(
  parts: MappingParts,
  onRtp: OnDatagram,
  onRtcp: OnDatagram,
): Promise<RtpSockets> {
  let rtp: MappedRtpSocket | undefined;
  let rtcp: MappedRtpSocket | undefined;
  const sockets = await parts.bind(
    (bytes, address, port) => {
      if (!rtp?.receive(bytes, {address, port})) onRtp(bytes, address, port);
    },
    (bytes, address, port) => {
      if (!rtcp?.receive(bytes, {address, port})) onRtcp(bytes, address, port);
    },
  );
  rtp = new MappedRtpSocket(sockets.rtp, parts);
  rtcp = new MappedRtpSocket(sockets.rtcp, parts);
  const [mapped, mappedRtcp] = await Promise.all([rtp.find(), rtcp.find()]);
  return {rtp, rtcp, mapped, mappedRtcp};
}

/** A socket that keeps its mapping until it is tied to the other side, whose packets keep it from then on. */
class MappedRtpSocket implements RtpSocket {
  readonly #socket: RtpSocket;
  readonly #client: StunClient;
  readonly #clock: Clock;
  readonly #server: SocketAddress;
  #timer: Timer | undefined;

  constructor(socket: RtpSocket, {server, clock, random}: MappingParts) {
    this.#socket = socket;
    this.#server = server;
    this.#clock = clock;
    this.#client = new StunClient({clock, random, send: (bytes, to) => socket.send(bytes, to)});
    this.#keepAlive();
  }

  get port(): number {
    return this.#socket.port;
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  /** Resolves to the outside address, or to undefined where there was no answer in time. */
  find(): Promise<SocketAddress | undefined> {
    return new Promise((resolve) => {
      this.#client.bind({server: this.#server, retransmission: hurried}, (result) =>
        resolve(result.ok ? result.value.mapped : undefined),
      );
    });
  }

  /** Takes a datagram; false where it is not STUN. */
  receive(bytes: Uint8Array, from: SocketAddress): boolean {
    return this.#client.receive(bytes, from);
  }

  send(bytes: Uint8Array, to: SocketAddress): void {
    this.#socket.send(bytes, to);
  }

  connect(to: SocketAddress): void {
    this.#socket.connect(to);
  }

  disconnect(): void {
    this.#socket.disconnect();
  }

  close(): void {
    this.#timer?.cancel();
    this.#client.close();
    this.#socket.close();
  }

  #keepAlive(): void {
    this.#timer = this.#clock.after(keepAliveTime, () => {
      // A socket that is tied sends to the other side, whatever address it is given.
      if (!this.connected) void this.find();
      this.#keepAlive();
    });
  }
}

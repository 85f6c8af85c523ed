import type {RandomBytes} from '../base/random.ts';
import type {AudioStream, SocketAddress} from '../rtp/audio-stream.ts';
import type {RtpReceiver} from '../rtp/receiver.ts';
import {type Playout, type RemoteFigures, RtcpSession} from '../rtp/rtcp/rtcp-session.ts';
import type {RtpSender} from '../rtp/sender.ts';
import type {SrtpSession} from '../rtp/srtp/srtp-session.ts';
import {narrowRate} from './frame.ts';
import type {RtpSockets} from './rtp-socket.ts';

/** The session whose reports these are. */
export interface ReportedSession {
  readonly sockets: RtpSockets;
  readonly sender: RtpSender;
  readonly receiver: RtpReceiver;
  readonly random: RandomBytes;
  /** Wall-clock time less the time that methods are given, in ms. */
  readonly wallOffset: number;
}

const noFigures: RemoteFigures = {
  lost: undefined,
  jitterMs: undefined,
  roundTripMs: undefined,
  mos: undefined,
};

/** Carries a session's RTCP: on the port above RTP's, or on RTP's own where that was agreed (RFC 5761). */
export class ReportChannel {
  /** When the last report came, in ms. */
  heard = Number.NEGATIVE_INFINITY;
  readonly #session: ReportedSession;
  #rtcp: RtcpSession | undefined;
  #stream: AudioStream | undefined;
  #security: SrtpSession | undefined;
  /** Datagrams that were no reports of the other side. */
  dropped = 0;
  /** Where the last report came from. */
  #source: SocketAddress | undefined;

  constructor(session: ReportedSession) {
    this.#session = session;
  }

  /** What the other side has told. */
  get figures(): RemoteFigures {
    return this.#rtcp?.figures ?? noFigures;
  }

  /** Whether reports share the port of RTP. */
  get multiplexed(): boolean {
    return this.#stream?.rtcp.multiplexed ?? false;
  }

  /** Takes over what was negotiated, with the encryption of the stream; the first one begins the session. */
  update(stream: AudioStream, security: SrtpSession | undefined, now: number): void {
    const {sender, receiver, random, wallOffset} = this.#session;
    this.#stream = stream;
    this.#security = security;
    this.#rtcp ??= new RtcpSession({sender, receiver, random, wallOffset, clockRate: narrowRate}, now);
  }

  /** A datagram that came as RTCP. It is only heard from the host that sound comes from, or that was negotiated. */
  receive(bytes: Uint8Array, address: string, port: number, now: number): void {
    const expected = [this.#session.receiver.remote?.current.address, this.#stream?.rtcp.address];
    const compound =
      expected.includes(address) && this.#security ? this.#security.unprotectControl(bytes) : bytes;
    if (expected.includes(address) && compound !== undefined && this.#rtcp?.receive(compound, now)) {
      this.#source = {address, port};
      this.heard = now;
    } else this.dropped++;
  }

  /** Sends a report when one is due. `playout` says how the sound is played, for those who ask for it. */
  poll(now: number, playout: Playout): void {
    const report = this.#rtcp?.poll(now, this.#stream?.rtcp.voipMetrics ? playout : undefined);
    if (report !== undefined) this.#send(report);
  }

  /** Says goodbye. */
  close(now: number): void {
    const report = this.#rtcp?.goodbye(now);
    if (report !== undefined) this.#send(report);
  }

  #send(report: Uint8Array): void {
    const to = this.#destination;
    // An address of zeros is how RFC 2543 put a call on hold: there is nobody to send to.
    if (to === undefined || to.port === 0 || to.address === '0.0.0.0' || to.address === '::') return;
    const {rtp, rtcp} = this.#session.sockets;
    const packet = this.#security?.protectControl(report) ?? report;
    (this.multiplexed ? rtp : rtcp).send(packet, to);
  }

  get #destination(): SocketAddress | undefined {
    const {remote} = this.#session.receiver;
    if (remote === undefined || this.#stream === undefined) return undefined;
    if (this.multiplexed) return remote.current;
    const {address, port} = this.#stream.rtcp;
    if (remote.isNegotiated || port === 0) return {address: address ?? remote.current.address, port};
    // Behind a NAT the port is another one too; the one above RTP's is a guess until a report has come.
    if (this.#source?.address === remote.current.address) return this.#source;
    return {address: remote.current.address, port: remote.current.port + 1};
  }
}

import {decodeMuLaw, encodeMuLaw} from '../../firmware/audio/g711.ts';
import type {MediaCommand, MediaReport, SessionStatistics} from '../../firmware/audio/media-messages.ts';
import {type MediaParts, MediaThread} from '../../firmware/audio/media-thread.ts';
import type {OnDatagram, RtpSocket} from '../../firmware/audio/rtp-socket.ts';
import type {AudioStream, SocketAddress} from '../../firmware/rtp/audio-stream.ts';
import {headerLength, writeHeader} from '../../firmware/rtp/packet.ts';
import {CompoundWriter, packetType} from '../../firmware/rtp/rtcp/compound.ts';
import {writeReport} from '../../firmware/rtp/rtcp/reports.ts';
import {FakeSoundCard} from './fake-sound-card.ts';

/** Bytes and RTP clock steps of a packet. */
export const frame = 160;
/** Samples of a frame of microphone and loudspeaker. */
export const soundFrame = 320;
export const peer = {address: '192.0.2.7', port: 7000};
/** What `talk` settles, where nothing else is said. */
export const stream: AudioStream = {
  remote: peer,
  codec: 'PCMU',
  payloadType: 0,
  telephoneEvent: 101,
  direction: 'sendrecv',
  packetTime: 20,
  rtcp: {multiplexed: false, address: undefined, port: 7001, voipMetrics: false},
  security: undefined,
};

/** The same with G.722, where all codecs are taken. */
export const wideStream = {
  ...stream,
  codec: 'G722',
  payloadType: 9,
  receives: {
    formats: [
      {codec: 'G722', payloadType: 9},
      {codec: 'PCMU', payloadType: 0},
      {codec: 'PCMA', payloadType: 8},
    ],
    telephoneEvent: 101,
  },
} as const;

/** A socket that keeps what it sent. */
export class FakeSocket implements RtpSocket {
  readonly port: number;
  readonly onDatagram: OnDatagram;
  readonly sent: {bytes: Uint8Array; to: SocketAddress}[] = [];
  connected = false;
  closed = false;
  constructor(port: number, onDatagram: OnDatagram) {
    this.port = port;
    this.onDatagram = onDatagram;
  }
  send(bytes: Uint8Array, to: SocketAddress): void {
    this.sent.push({bytes: bytes.slice(), to});
  }
  connect(): void {
    this.connected = true;
  }
  disconnect(): void {
    this.connected = false;
  }
  close(): void {
    this.closed = true;
  }
}

/** A media thread on fake time, with a fake sound card and fake sockets. */
export class Bench {
  time = 0;
  /** When the next step is to be done: later than that where the thread was late. */
  due = 0;
  readonly card = new FakeSoundCard();
  readonly sockets: FakeSocket[] = [];
  readonly controlSockets: FakeSocket[] = [];
  readonly reports: MediaReport[] = [];
  portsLeft = 100;
  readonly thread: MediaThread;
  #sequenceNumber = 0;

  constructor(changes: Partial<MediaParts> = {}) {
    this.thread = new MediaThread({
      echo: 'off',
      tones: 'eu',
      sounds: {},
      volumes: {speech: 100, sounds: 100},
      openSound: () => this.card,
      bind: async (address, onRtp, onRtcp) => {
        if (this.portsLeft-- === 0) throw new Error(`no free RTP port on ${address}`);
        const rtp = new FakeSocket(4000 + 2 * this.sockets.length, onRtp);
        const rtcp = new FakeSocket(rtp.port + 1, onRtcp);
        this.sockets.push(rtp);
        this.controlSockets.push(rtcp);
        return {rtp, rtcp};
      },
      now: () => this.time,
      wallTime: () => 1_800_000_000_000 + this.time,
      random: (count) => new Uint8Array(count),
      report: (report) => this.reports.push(report),
      ...changes,
    });
  }

  do(command: MediaCommand): void {
    this.thread.command(command);
  }

  async open(session: number): Promise<FakeSocket> {
    this.do({kind: 'open', session, address: '192.0.2.1'});
    await Promise.resolve();
    await Promise.resolve();
    return this.sockets.at(-1)!;
  }

  /** A session that is attached and talks. */
  async talk(changes: Partial<AudioStream> = {}): Promise<FakeSocket> {
    const socket = await this.open(1);
    this.do({kind: 'update', session: 1, stream: {...stream, ...changes}});
    this.do({kind: 'attach', session: 1});
    return socket;
  }

  /** One step: `captured` from the microphone, `received` by each socket named. */
  step(captured?: number, received?: {socket: FakeSocket; sample: number; from?: SocketAddress}): void {
    if (captured !== undefined) this.card.captured.push(...Array(soundFrame).fill(captured));
    this.thread.captureFrame(this.due);
    this.thread.sendFrame();
    if (received !== undefined) {
      const {address, port} = received.from ?? peer;
      received.socket.onDatagram(this.packet(received.sample), address, port);
    }
    this.thread.playFrame();
    this.card.queued = Math.max(0, this.card.queued - soundFrame);
    this.due += 20;
    this.time = Math.max(this.time, this.due);
  }

  /** A packet of one sample's worth of sound, or of a frame. */
  packet(sound: number | Int16Array): Uint8Array {
    const bytes = new Uint8Array(headerLength + frame);
    writeHeader(bytes, false, 0, this.#sequenceNumber & 0xffff, this.#sequenceNumber * frame, 5);
    const samples = typeof sound === 'number' ? new Int16Array(frame).fill(sound) : sound;
    encodeMuLaw(samples, frame, bytes.subarray(headerLength));
    this.#sequenceNumber++;
    return bytes;
  }

  reported<Kind extends MediaReport['kind']>(kind: Kind): Extract<MediaReport, {kind: Kind}>[] {
    return this.reports.filter((report) => report.kind === kind) as Extract<MediaReport, {kind: Kind}>[];
  }

  statistics(session: number): SessionStatistics | undefined {
    this.do({kind: 'statistics', session, request: 1});
    return this.reported('statistics').at(-1)!.statistics;
  }
}

/** First sample of a packet that was sent. */
export function soundOf(bytes: Uint8Array): number {
  const samples = new Int16Array(frame);
  decodeMuLaw(bytes, headerLength, frame, samples);
  return samples[0]!;
}

/** The other side's report that the fake time of the bench makes due, in the same packets as a report of our own. */
export function senderReport(ssrc: number): Uint8Array {
  const writer = new CompoundWriter();
  const info = {ntpSeconds: 1000, ntpFraction: 0, rtpTimestamp: 0, packets: 1, octets: 160};
  const block = {
    ssrc,
    fractionLost: 10,
    cumulativeLost: 3,
    highestSequence: 100,
    jitter: 16,
    lastReport: 0,
    delaySinceLastReport: 0,
  };
  writer.add(packetType.senderReport, 1, (body) => writeReport(body, 5, info, [block]));
  return writer.bytes.slice();
}

/** The figures before anything was reported. */
export const noRtcp = {remoteLost: null, remoteJitterMs: null, roundTripMs: null, remoteMos: null};

import {expect, test} from 'vitest';
import {decodeMuLaw, encodeMuLaw} from '../../firmware/audio/g711.ts';
import type {MediaCommand, MediaReport, SessionStatistics} from '../../firmware/audio/media-messages.ts';
import {MediaThread} from '../../firmware/audio/media-thread.ts';
import type {OnDatagram, RtpSocket} from '../../firmware/audio/rtp-socket.ts';
import type {AudioStream, SocketAddress} from '../../firmware/rtp/audio-stream.ts';
import {headerLength, RtpHeader, readPacket, writeHeader} from '../../firmware/rtp/packet.ts';
import {CompoundWriter, packetType} from '../../firmware/rtp/rtcp/compound.ts';
import {writeReport} from '../../firmware/rtp/rtcp/reports.ts';
import type {StreamSecurity} from '../../firmware/rtp/srtp/crypto-suite.ts';
import {SrtpSession} from '../../firmware/rtp/srtp/srtp-session.ts';
import {FakeSoundCard} from './fake-sound-card.ts';

const frame = 160;
const peer = {address: '192.0.2.7', port: 7000};
const stream: AudioStream = {
  remote: peer,
  codec: 'PCMU',
  payloadType: 0,
  telephoneEvent: 101,
  direction: 'sendrecv',
  packetTime: 20,
  rtcp: {multiplexed: false, address: undefined, port: 7001, voipMetrics: false},
  security: undefined,
};

class FakeSocket implements RtpSocket {
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

class Bench {
  time = 0;
  readonly card = new FakeSoundCard();
  readonly sockets: FakeSocket[] = [];
  readonly controlSockets: FakeSocket[] = [];
  readonly reports: MediaReport[] = [];
  portsLeft = 100;
  readonly thread = new MediaThread({
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
  });
  #sequenceNumber = 0;

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
    if (captured !== undefined) this.card.captured.push(...Array(frame).fill(captured));
    this.thread.captureFrame();
    this.thread.sendFrame();
    if (received !== undefined) {
      const {address, port} = received.from ?? peer;
      received.socket.onDatagram(this.packet(received.sample), address, port);
    }
    this.thread.playFrame();
    this.card.queued = Math.max(0, this.card.queued - frame);
    this.time += 20;
  }

  packet(sample: number): Uint8Array {
    const bytes = new Uint8Array(headerLength + frame);
    writeHeader(bytes, false, 0, this.#sequenceNumber & 0xffff, this.#sequenceNumber * frame, 5);
    encodeMuLaw(new Int16Array(frame).fill(sample), frame, bytes.subarray(headerLength));
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
function soundOf(bytes: Uint8Array): number {
  const samples = new Int16Array(frame);
  decodeMuLaw(bytes, headerLength, frame, samples);
  return samples[0]!;
}

test('an attached session carries the microphone out and the other side to the speaker', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  expect(bench.reported('opened')).toEqual([{kind: 'opened', session: 1, port: 4000}]);
  expect(bench.thread.active).toBe(true);
  for (let step = 0; step < 20; step++) bench.step(988, {socket, sample: 460});
  expect(socket.sent).toHaveLength(20);
  expect(socket.sent.every(({to}) => to.address === peer.address && to.port === peer.port)).toBe(true);
  expect(soundOf(socket.sent[10]!.bytes)).toBe(988);
  expect(bench.card.played.slice(-frame).every((sample) => sample === 460)).toBe(true);
});

test('a session that is not attached sends silence and is not heard', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const other = await bench.open(2);
  bench.do({kind: 'update', session: 2, stream});
  for (let step = 0; step < 20; step++) bench.step(988, {socket: other, sample: 8000});
  expect(soundOf(other.sent[10]!.bytes)).toBe(0);
  expect(soundOf(socket.sent[10]!.bytes)).toBe(988);
  expect(bench.card.played.every((sample) => sample === 0)).toBe(true);
  bench.do({kind: 'attach', session: 2});
  for (let step = 0; step < 20; step++) bench.step(988, {socket: other, sample: 460});
  expect(soundOf(socket.sent.at(-1)!.bytes)).toBe(0);
  expect(bench.card.played.at(-1)).toBe(460);
});

test.each([
  ['sendrecv', true, true],
  ['sendonly', true, false],
  ['recvonly', false, true],
  ['inactive', false, false],
] as const)('%s is kept to', async (direction, sends, hears) => {
  const bench = new Bench();
  const socket = await bench.talk({direction});
  for (let step = 0; step < 20; step++) bench.step(988, {socket, sample: 460});
  expect(socket.sent.length > 0).toBe(sends);
  expect(bench.card.played.some((sample) => sample !== 0)).toBe(hears);
});

test('nothing is sent to an address of zeros', async () => {
  const bench = new Bench();
  const socket = await bench.talk({remote: {address: '0.0.0.0', port: 7000}});
  bench.step(988);
  expect(socket.sent).toEqual([]);
});

test('after the address behind a NAT has proved itself, packets go there', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const real = {address: '203.0.113.1', port: 55555};
  for (let step = 0; step < 10; step++) bench.step(988, {socket, sample: 460, from: real});
  expect(socket.sent.at(-1)!.to).toEqual(real);
  expect(bench.statistics(1)).toMatchObject({sent: 10, received: 8, lost: 0});
});

test('a settled call ties its socket; a new address or silence sets it free', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  for (let step = 0; step < 49; step++) bench.step(0, {socket, sample: 460});
  expect(socket.connected).toBe(false);
  bench.step(0, {socket, sample: 460});
  expect(socket.connected).toBe(true);
  bench.do({kind: 'update', session: 1, stream});
  expect(socket.connected).toBe(false);
  for (let step = 0; step < 60; step++) bench.step(0, {socket, sample: 460});
  expect(socket.connected).toBe(true);
  for (let step = 0; step < 202; step++) bench.step(0);
  expect(socket.connected).toBe(false);
});

test('silence is told after 4 and 10 seconds, and again after sound has come', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const told = () => bench.reported('silence').map(({seconds}) => seconds);
  for (let step = 0; step < 199; step++) bench.step(0);
  expect(told()).toEqual([]);
  for (let step = 0; step < 600; step++) bench.step(0);
  expect(told()).toEqual([4, 10]);
  bench.step(0, {socket, sample: 460});
  for (let step = 0; step < 210; step++) bench.step(0);
  expect(told()).toEqual([4, 10, 4]);
});

test('a session on hold, or not attached, may be silent', async () => {
  const bench = new Bench();
  await bench.talk({direction: 'sendonly'});
  await bench.open(2);
  bench.do({kind: 'update', session: 2, stream});
  for (let step = 0; step < 600; step++) bench.step(0);
  expect(bench.reported('silence')).toEqual([]);
  bench.do({kind: 'update', session: 1, stream});
  for (let step = 0; step < 190; step++) bench.step(0);
  expect(bench.reported('silence')).toEqual([]);
});

test('keys come and go', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const bytes = new Uint8Array(headerLength + 4);
  writeHeader(bytes, true, 101, 900, 1000, 5);
  bytes.set([7, 10, 0, 160], headerLength);
  socket.onDatagram(bytes, peer.address, peer.port);
  expect(bench.reported('digit')).toEqual([{kind: 'digit', session: 1, digit: '7'}]);
  bench.do({kind: 'digit', session: 1, digit: '3'});
  bench.step(0);
  const header = new RtpHeader();
  expect(readPacket(socket.sent[0]!.bytes, header)).toBeUndefined();
  expect(header.payloadType).toBe(101);
  expect(socket.sent[0]!.bytes[headerLength]).toBe(3);
});

test('tones are heard with or without a call, and mixed into it', async () => {
  const bench = new Bench();
  expect(bench.thread.active).toBe(false);
  bench.do({kind: 'play', sound: 'press'});
  expect(bench.thread.active).toBe(true);
  let steps = 0;
  for (; bench.thread.active && steps < 20; steps++) bench.step(988);
  expect(steps).toBe(6);
  expect(bench.card.captured).toHaveLength(6 * frame);
  const socket = await bench.talk();
  for (let step = 0; step < 10; step++) bench.step(0, {socket, sample: 460});
  bench.do({kind: 'play', sound: 'talk'});
  bench.step(0, {socket, sample: 460});
  const mixed = bench.card.played.slice(-frame);
  expect(Math.max(...mixed)).toBeGreaterThan(4000);
  const mean = mixed.reduce((sum, sample) => sum + sample, 0) / frame;
  expect(Math.abs(mean - 460)).toBeLessThan(300);
});

test('ringback ends when somebody is attached, or when told', async () => {
  const bench = new Bench();
  bench.do({kind: 'play', sound: 'ringback'});
  await bench.open(1);
  bench.do({kind: 'attach', session: 1});
  expect(bench.thread.active).toBe(false);
  bench.do({kind: 'play', sound: 'ringback'});
  expect(bench.thread.active).toBe(true);
  bench.do({kind: 'play', sound: 'stop'});
  expect(bench.thread.active).toBe(false);
});

test('levels are told ten times a second while something is going on, and silence at the end', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  for (let step = 0; step < 50; step++) bench.step(16384, {socket, sample: 460});
  const meters = bench.reported('meters');
  expect(meters).toHaveLength(10);
  expect(meters.at(-1)!.levels.microphone).toBeCloseTo(-6, 0);
  expect(meters.at(-1)!.levels.speaker).toBeCloseTo(-37.1, 0);
  bench.do({kind: 'close-session', session: 1});
  expect(bench.reported('meters').at(-1)!.levels).toEqual({microphone: -96, speaker: -96});
});

test('when the sound card fails the call goes on in silence', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  for (let step = 0; step < 5; step++) bench.step(988, {socket, sample: 460});
  bench.card.failure = new Error('fake: no such device');
  for (let step = 0; step < 5; step++) bench.step(988, {socket, sample: 460});
  expect(bench.reported('fault')).toEqual([{kind: 'fault', text: 'fake: no such device'}]);
  expect(socket.sent).toHaveLength(10);
  expect(soundOf(socket.sent.at(-1)!.bytes)).toBe(0);
});

test('closing frees sockets and card; commands for what is gone do nothing', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  bench.do({kind: 'close-session', session: 1});
  expect(socket.closed).toBe(true);
  expect(bench.thread.active).toBe(false);
  for (const command of [
    {kind: 'close-session', session: 1},
    {kind: 'update', session: 1, stream},
    {kind: 'attach', session: 1},
    {kind: 'digit', session: 1, digit: '1'},
  ] as const) {
    bench.do(command);
  }
  expect(bench.statistics(1)).toBeUndefined();
  const another = await bench.open(2);
  bench.do({kind: 'close'});
  expect(another.closed).toBe(true);
  expect(bench.card.closed).toBe(true);
});

test('a port that cannot be had is told of', async () => {
  const bench = new Bench();
  bench.portsLeft = 0;
  await bench.open(1);
  expect(bench.reported('open-failed')).toEqual([
    {kind: 'open-failed', session: 1, text: 'no free RTP port on 192.0.2.1'},
  ]);
});

test('steps that were missed show in the timestamps', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  bench.step(0);
  bench.thread.skipFrames(50);
  bench.step(0);
  const header = new RtpHeader();
  const timestamps = socket.sent.map(({bytes}) => {
    readPacket(bytes, header);
    return header.timestamp;
  });
  expect(timestamps[1]! - timestamps[0]!).toBe(51 * frame);
});

/** The other side's report that the fake time of the bench makes due, in the same packets as a report of our own. */
function senderReport(ssrc: number): Uint8Array {
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

const noRtcp = {remoteLost: null, remoteJitterMs: null, roundTripMs: null, remoteMos: null};

test('reports go from the second port to the port after that of RTP; what comes back shows in the figures', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const control = bench.controlSockets[0]!;
  for (let step = 0; step < 100; step++) bench.step(0, {socket, sample: 460});
  expect(control.sent).toHaveLength(1);
  expect(control.sent[0]!.to).toEqual({address: peer.address, port: peer.port + 1});
  expect(control.sent[0]!.bytes[1]).toBe(packetType.senderReport);
  expect(bench.statistics(1)).toMatchObject(noRtcp);

  const ours = new DataView(control.sent[0]!.bytes.buffer).getUint32(4);
  control.onDatagram(senderReport(ours), '203.0.113.9', peer.port + 1);
  expect(bench.statistics(1)).toMatchObject(noRtcp);
  control.onDatagram(senderReport(ours), peer.address, peer.port + 1);
  expect(bench.statistics(1)).toMatchObject({remoteLost: 3, remoteJitterMs: 2, roundTripMs: null});

  bench.do({kind: 'close-session', session: 1});
  expect(control.sent).toHaveLength(2);
  expect(control.sent[1]!.bytes.at(-7)).toBe(packetType.goodbye);
  expect(control.closed).toBe(true);
});

test('with rtcp-mux reports share the port of RTP, both ways', async () => {
  const bench = new Bench();
  const socket = await bench.talk({
    rtcp: {multiplexed: true, address: undefined, port: 7001, voipMetrics: false},
  });
  for (let step = 0; step < 100; step++) bench.step(0, {socket, sample: 460});
  expect(bench.controlSockets[0]!.sent).toEqual([]);
  const reports = socket.sent.filter(({bytes}) => bytes[1] === packetType.senderReport);
  expect(reports.map(({to}) => to)).toEqual([peer]);
  const ours = new DataView(reports[0]!.bytes.buffer).getUint32(4);
  bench.controlSockets[0]!.onDatagram(senderReport(ours), peer.address, peer.port + 1);
  expect(bench.statistics(1)).toMatchObject(noRtcp);
  socket.onDatagram(senderReport(ours), peer.address, peer.port);
  expect(bench.statistics(1)).toMatchObject({remoteLost: 3, received: 100});
});

test('behind a NAT reports follow the sound to where it comes from', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const [control] = bench.controlSockets;
  const real = {address: '203.0.113.1', port: 55_555};
  for (let step = 0; step < 100; step++) bench.step(0, {socket, sample: 460, from: real});
  expect(control!.sent[0]!.to).toEqual({address: real.address, port: 55_556});
  control!.onDatagram(senderReport(0), real.address, 1234);
  for (let step = 0; step < 400; step++) bench.step(0, {socket, sample: 460, from: real});
  expect(control!.sent[1]!.to).toEqual({address: real.address, port: 1234});
});

test('nobody who wants no reports gets any', async () => {
  const bench = new Bench();
  await bench.talk({rtcp: {multiplexed: false, address: undefined, port: 0, voipMetrics: false}});
  for (let step = 0; step < 500; step++) bench.step(0);
  bench.do({kind: 'close-session', session: 1});
  expect(bench.controlSockets[0]!.sent).toEqual([]);
});

const security: StreamSecurity = {
  suite: 'AES_CM_128_HMAC_SHA1_80',
  localKey: new Uint8Array(30).fill(1),
  remoteKey: new Uint8Array(30).fill(2),
};

test('an encrypted stream: nothing readable goes out, nothing but genuine packets is heard or believed', async () => {
  const bench = new Bench();
  const socket = await bench.talk({security});
  const there = new SrtpSession({...security, localKey: security.remoteKey, remoteKey: security.localKey});
  const wrong = new SrtpSession({...security, localKey: security.localKey});
  const from = (bytes: Uint8Array, address = peer.address) => socket.onDatagram(bytes, address, peer.port);
  for (let step = 0; step < 20; step++) {
    bench.step(988);
    from(bench.packet(8000));
    from(wrong.protect(bench.packet(8000)).slice());
  }
  expect(bench.card.played.every((sample) => sample === 0)).toBe(true);
  expect(bench.statistics(1)).toMatchObject({sent: 20, received: 0});
  expect(there.unprotect(socket.sent[9]!.bytes.slice())?.length).toBe(headerLength + frame);
  expect(soundOf(there.unprotect(socket.sent[10]!.bytes)!)).toBe(988);

  const replayed: Uint8Array[] = [];
  for (let step = 0; step < 20; step++) {
    const packet = there.protect(bench.packet(460)).slice();
    replayed.push(packet.slice());
    from(packet);
    bench.step(988);
  }
  for (const packet of replayed) from(packet, '203.0.113.9');
  expect(bench.card.played.at(-1)).toBe(460);
  expect(bench.statistics(1)).toMatchObject({received: 20, duplicates: 0});
  expect(socket.sent.at(-1)!.to).toEqual(peer);
});

test('reports of an encrypted stream are encrypted, and only such are believed', async () => {
  const bench = new Bench();
  await bench.talk({security});
  const control = bench.controlSockets[0]!;
  const there = new SrtpSession({...security, localKey: security.remoteKey, remoteKey: security.localKey});
  for (let step = 0; step < 100; step++) bench.step(0);
  const report = there.unprotectControl(control.sent[0]!.bytes)!;
  expect(report[1]).toBe(packetType.senderReport);
  const ours = new DataView(report.buffer).getUint32(4);
  control.onDatagram(senderReport(ours), peer.address, peer.port + 1);
  expect(bench.statistics(1)).toMatchObject(noRtcp);
  control.onDatagram(there.protectControl(senderReport(ours)).slice(), peer.address, peer.port + 1);
  expect(bench.statistics(1)).toMatchObject({remoteLost: 3});
});

test('back from a hold without encryption the same key goes on', async () => {
  const bench = new Bench();
  const socket = await bench.talk({security});
  const there = new SrtpSession({...security, localKey: security.remoteKey, remoteKey: security.localKey});
  bench.step(988);
  bench.do({kind: 'update', session: 1, stream});
  bench.step(988);
  expect(soundOf(socket.sent[1]!.bytes)).toBe(988);
  bench.do({kind: 'update', session: 1, stream: {...stream, security}});
  bench.step(988);
  const opened = [0, 2].map((index) => there.unprotect(socket.sent[index]!.bytes.slice()));
  expect(opened.map((packet) => packet?.length)).toEqual([172, 172]);
});

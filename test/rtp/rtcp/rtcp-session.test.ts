import {expect, test} from 'vitest';
import {systemRandom} from '../../../firmware/base/random.ts';
import type {AudioStream} from '../../../firmware/rtp/audio-stream.ts';
import {RtpReceiver} from '../../../firmware/rtp/receiver.ts';
import {packetType, splitCompound} from '../../../firmware/rtp/rtcp/compound.ts';
import {reportInterval} from '../../../firmware/rtp/rtcp/interval.ts';
import {findReportBlock, readSenderInfo} from '../../../firmware/rtp/rtcp/reports.ts';
import {RtcpSession} from '../../../firmware/rtp/rtcp/rtcp-session.ts';
import {findVoipMetrics} from '../../../firmware/rtp/rtcp/voip-metrics.ts';
import {RtpSender} from '../../../firmware/rtp/sender.ts';

const frame = new Uint8Array(160);
const wallOffset = 1_800_000_000_000;
const playout = {delay: 60, maximum: 400};

/** One side of a call: what it sends is kept until `deliver` takes it. */
class Side {
  readonly packets: Uint8Array[] = [];
  readonly sender = new RtpSender(8000, systemRandom, (packet) => this.packets.push(packet.slice()));
  readonly receiver = new RtpReceiver(8000, {onSound() {}, onNoise() {}, onSenderChanged() {}, onDigit() {}});
  readonly rtcp: RtcpSession;
  readonly address: string;

  constructor(address: string, other: string, now: number) {
    this.address = address;
    const stream: AudioStream = {
      remote: {address: other, port: 4000},
      codec: 'PCMU',
      payloadType: 0,
      telephoneEvent: undefined,
      direction: 'sendrecv',
      packetTime: 20,
      rtcp: {multiplexed: false, address: undefined, port: 4001, voipMetrics: true},
      security: undefined,
    };
    this.sender.update(stream);
    this.receiver.update(stream, now);
    const {sender, receiver} = this;
    this.rtcp = new RtcpSession({sender, receiver, clockRate: 8000, random: systemRandom, wallOffset}, now);
  }
}

interface Way {
  /** One way, in ms. */
  delay: number;
  /** Whether the packet of this number is lost. */
  lost(index: number): boolean;
}

/** A call of so many ms between two sides; returns them and the reports of the first, with their times. */
function talk(length: number, {delay, lost}: Way) {
  const [here, there] = [new Side('192.0.2.1', '192.0.2.2', 0), new Side('192.0.2.2', '192.0.2.1', 0)];
  const onTheWay: {at: number; deliver(now: number): void}[] = [];
  const reports: {at: number; bytes: Uint8Array}[] = [];
  let index = 0;
  for (let now = 0; now < length; now += 5) {
    while (onTheWay[0] && onTheWay[0].at <= now) onTheWay.shift()!.deliver(now);
    for (const [from, to] of [
      [here, there],
      [there, here],
    ] as const) {
      if (now % 20 === 0) {
        from.sender.sendFrame(frame);
        const packet = from.packets.pop()!;
        const isLost = from === here && lost(index++);
        const deliver = (at: number) => to.receiver.receive(packet, from.address, 4000, at);
        if (!isLost) onTheWay.push({at: now + delay, deliver});
      }
      const report = from.rtcp.poll(now, playout)?.slice();
      if (report === undefined) continue;
      if (from === here) reports.push({at: now, bytes: report});
      onTheWay.push({at: now + delay, deliver: (at) => to.rtcp.receive(report, at)});
    }
  }
  return {here, there, reports};
}

test('both sides learn what became of their packets, and how long they take', () => {
  const {here, there} = talk(60_000, {delay: 40, lost: (index) => index % 100 === 50});
  expect(here.rtcp.figures.roundTripMs).toBeCloseTo(80, 0);
  expect(here.rtcp.figures.lost).toBeGreaterThanOrEqual(20);
  expect(here.rtcp.figures.lost).toBeLessThanOrEqual(30);
  expect(here.rtcp.figures.jitterMs).toBeLessThan(1);
  expect(here.rtcp.figures.mos).toBeGreaterThan(4);
  expect(there.rtcp.figures).toMatchObject({lost: 0});
});

test('reports come about every five seconds, the first sooner, never at the same pace', () => {
  const {reports} = talk(300_000, {delay: 0, lost: () => false});
  const gaps = reports.map(({at}, index) => at - (reports[index - 1]?.at ?? 0));
  expect(gaps[0]).toBeGreaterThanOrEqual(1026);
  expect(gaps[0]).toBeLessThanOrEqual(3085);
  for (const gap of gaps.slice(1)) {
    expect(gap).toBeGreaterThanOrEqual(2050);
    expect(gap).toBeLessThanOrEqual(6165);
  }
  expect(reports.length).toBeGreaterThan(50);
  expect(reports.length).toBeLessThan(90);
  expect(new Set(gaps).size).toBeGreaterThan(20);
});

test('a large session, or large reports, make them rarer', () => {
  const usual = {members: 2, bandwidth: 500, averageSize: 128, initial: false};
  expect(reportInterval(usual, 0.5)).toBeCloseTo(5000 / 1.21828, 0);
  expect(reportInterval({...usual, initial: true}, 0.5)).toBeCloseTo(2500 / 1.21828, 0);
  expect(reportInterval({...usual, averageSize: 2500}, 0.5)).toBeCloseTo(10_000 / 1.21828, 0);
});

test('a report says what was sent, when, and what came', () => {
  const {here, there, reports} = talk(20_000, {delay: 10, lost: (index) => index < 10});
  const {at, bytes} = reports.at(-1)!;
  const packets = splitCompound(bytes);
  if (typeof packets === 'string') throw new Error(packets);
  expect(packets.map(({type}) => type)).toEqual([
    packetType.senderReport,
    packetType.sourceDescription,
    packetType.extendedReport,
  ]);
  const [report, , extended] = packets;
  const info = readSenderInfo(report!.body)!;
  expect(info.ntpSeconds).toBe(Math.floor((wallOffset + at) / 1000) + 2_208_988_800);
  expect(info.packets).toBe(Math.floor(at / 20) + 1);
  expect(info.octets).toBe(info.packets * 160);
  const block = findReportBlock(report!.body, true, 1, there.sender.ssrc)!;
  expect(block).toMatchObject({fractionLost: 0, cumulativeLost: 0});
  expect(block.lastReport).not.toBe(0);
  const metrics = findVoipMetrics(extended!.body, there.sender.ssrc)!;
  expect(metrics).toMatchObject({lossRate: 0, discardRate: 0, gapMinimum: 16, roundTripDelay: 20});
  expect(metrics.listeningScore).toBeCloseTo(4.4, 1);
  expect(here.rtcp.figures.lost).toBe(0);
});

test('who sends nothing reports as a receiver, and says goodbye only to those who know of it', () => {
  const side = new Side('192.0.2.1', '192.0.2.2', 0);
  expect(side.rtcp.goodbye(0)).toBeUndefined();
  let report: Uint8Array | undefined;
  for (let now = 0; report === undefined; now += 20) report = side.rtcp.poll(now, undefined);
  expect(report[1]).toBe(packetType.receiverReport);
  const packets = splitCompound(side.rtcp.goodbye(5000)!);
  if (typeof packets === 'string') throw new Error(packets);
  expect(packets.map(({type}) => type)).toEqual([201, 202, 203]);
});

test('a report about somebody else, or with an impossible round trip, tells nothing', () => {
  const side = new Side('192.0.2.1', '192.0.2.2', 0);
  const block = (ssrc: number, lastReport: number) => {
    const bytes = new DataView(new ArrayBuffer(32));
    bytes.setUint32(0, 0x81c90007);
    bytes.setUint32(8, ssrc);
    bytes.setUint32(12, 0x00fffffe);
    bytes.setUint32(24, lastReport);
    return new Uint8Array(bytes.buffer);
  };
  expect(side.rtcp.receive(block((side.sender.ssrc + 1) >>> 0, 0), 1000)).toBe(true);
  expect(side.rtcp.figures.lost).toBeUndefined();
  side.rtcp.receive(block(side.sender.ssrc, 1), 1000);
  expect(side.rtcp.figures).toMatchObject({lost: 0, roundTripMs: undefined});
  expect(side.rtcp.receive(new Uint8Array(7), 1000)).toBe(false);
});

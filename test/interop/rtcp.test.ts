import {spawnSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {systemRandom} from '../../firmware/base/random.ts';
import type {AudioStream} from '../../firmware/rtp/audio-stream.ts';
import {headerLength, writeHeader} from '../../firmware/rtp/packet.ts';
import {RtpReceiver} from '../../firmware/rtp/receiver.ts';
import {RtcpSession} from '../../firmware/rtp/rtcp/rtcp-session.ts';
import {RtpSender} from '../../firmware/rtp/sender.ts';
import {ipPacket, pcap} from '../ladder/capture-bytes.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {peerProgram, requirePeers} from '../support/peers/require.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';

interface Status {
  call: {
    encryption: string | null;
    rtp: {remoteLost: number | null; remoteJitterMs: number | null; roundTripMs: number | null};
  } | null;
}

for (const [name, srtp, multiplexing] of [
  ['on ports of their own', 'off', false],
  ['on the ports of RTP', 'off', true],
  ['encrypted', 'required', false],
  ['encrypted on the ports of RTP', 'required', true],
] as const) {
  test(`reports of a phone, ${name}: its loss, its jitter and the round trip show in the status`, async (context) => {
    requirePeers(context, 'baresip');
    const run = startRun(context);
    const phone = await Baresip.start(run, {
      user: 'kitchen',
      says: makeSpeech(4, 61),
      autoAnswer: true,
      multiplexing,
      ...(srtp === 'off' ? {} : {encryption: 'srtp-mand' as const}),
    });
    const station = await TestStation.start(run, {
      sip: {accounts: [{name: 'house', uri: `sip:door@127.0.0.1:${phone.port}`, srtp}]},
      buttons: [{name: 'bell', input: 'button-1', call: [phone.uri]}],
    });
    await station.press();
    await station.waitForState('talking');
    const figures = await station.process.waitUntil(
      'the phone had told its figures',
      async () => {
        const {call} = await station.get<Status>('/api/status');
        return call && call.rtp.roundTripMs !== null ? call.rtp : undefined;
      },
      25_000,
    );
    expect(figures.remoteLost).toBe(0);
    expect(figures.remoteJitterMs).toBeGreaterThanOrEqual(0);
    expect(figures.remoteJitterMs).toBeLessThan(20);
    expect(figures.roundTripMs).toBeGreaterThanOrEqual(0);
    // What waits for the thread to look counts: a step of 20 ms on each side.
    expect(figures.roundTripMs).toBeLessThan(200);
    await station.hangUp();
    await phone.waitFor('CALL_CLOSED');
  });
}

test('tshark understands our reports, and finds nothing wrong with them', (context) => {
  requirePeers(context, 'tshark');
  const run = startRun(context);
  const file = join(run.folder, 'reports.pcap');
  const frames = reportsOfOneMinute().map(({at, bytes}) => ({
    at,
    bytes: ipPacket('192.0.2.1', 5001, '192.0.2.2', 5001, bytes),
  }));
  writeFileSync(file, pcap(101, frames));
  const tshark = (...options: string[]) => {
    const {stdout, stderr, status} = spawnSync(
      peerProgram('tshark'),
      ['-r', file, '-d', 'udp.port==5001,rtcp', ...options],
      {encoding: 'utf8', maxBuffer: 16e6},
    );
    expect({status, stderr: status === 0 ? '' : stderr}).toEqual({status: 0, stderr: ''});
    return stdout;
  };
  const fields = ['rtcp.pt', 'rtcp.length_check', 'rtcp.xr.voipmetrics.gmin', 'rtcp.xr.bt'];
  const lines = tshark('-T', 'fields', ...fields.flatMap((field) => ['-e', field]))
    .split('\n')
    .slice(0, -1);
  expect(lines).toHaveLength(frames.length);
  for (const line of lines.slice(1, -1)) expect(line).toBe('200,202,207\t1\t16\t7');
  expect(lines.at(-1)).toBe('200,202,203\t1\t\t');
  const text = tshark('-V');
  expect(text).not.toMatch(/Malformed|Expert Info|incorrect/i);
  expect(text).toMatch(/MOS - Conversational Quality: [34]\.\d/);
});

/** What a session of one minute sends, the goodbye last. Every tenth packet that it should get is missing. */
function reportsOfOneMinute(): {at: number; bytes: Uint8Array}[] {
  const stream: AudioStream = {
    remote: {address: '192.0.2.2', port: 5000},
    codec: 'PCMU',
    payloadType: 0,
    telephoneEvent: undefined,
    direction: 'sendrecv',
    packetTime: 20,
    rtcp: {multiplexed: false, address: undefined, port: 5001, voipMetrics: true},
    security: undefined,
  };
  const sender = new RtpSender(8000, systemRandom, () => {});
  const receiver = new RtpReceiver(8000, {onSound() {}, onNoise() {}, onSenderChanged() {}, onDigit() {}});
  sender.update(stream);
  receiver.update(stream, 0);
  const parts = {sender, receiver, clockRate: 8000, random: systemRandom, wallOffset: 1_800_000_000_000};
  const rtcp = new RtcpSession(parts, 0);
  const packet = new Uint8Array(headerLength + 160);
  const reports: {at: number; bytes: Uint8Array}[] = [];
  let now = 0;
  for (; now < 60_000; now += 20) {
    const number = now / 20;
    sender.sendFrame(new Uint8Array(160));
    writeHeader(packet, false, 0, number & 0xffff, number * 160, 7);
    if (number % 10 !== 0) receiver.receive(packet, '192.0.2.2', 5000, now);
    const bytes = rtcp.poll(now, {delay: 60, maximum: 400})?.slice();
    if (bytes) reports.push({at: parts.wallOffset + now, bytes});
  }
  reports.push({at: parts.wallOffset + now, bytes: rtcp.goodbye(now)!.slice()});
  return reports;
}

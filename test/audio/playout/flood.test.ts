import {expect, test} from 'vitest';
import {decodeMuLaw, encodeMuLaw} from '../../../firmware/audio/g711.ts';
import {PlayoutBuffer} from '../../../firmware/audio/playout/playout-buffer.ts';
import type {AudioStream} from '../../../firmware/rtp/audio-stream.ts';
import type {DroppedPackets} from '../../../firmware/rtp/dropped-packets.ts';
import {headerLength, writeHeader} from '../../../firmware/rtp/packet.ts';
import {RtpReceiver} from '../../../firmware/rtp/receiver.ts';
import {randomNumbers} from '../../support/random-numbers.ts';
import {makeSpeech} from '../../support/speech.ts';

const remote = {address: '192.0.2.1', port: 4000};
const stream: AudioStream = {
  remote,
  codec: 'PCMU',
  payloadType: 0,
  telephoneEvent: 101,
  direction: 'sendrecv',
  packetTime: 20,
  rtcp: {multiplexed: false, address: undefined, port: 4001, voipMetrics: false},
  security: undefined,
};
const speech = makeSpeech(10).samples;
const frames = Math.floor(speech.length / 160);

/** Plays ten seconds; what `hostile` gives comes a hundred times for each packet of the call. */
function play(hostile?: (step: number, random: () => number) => {bytes: Uint8Array; port?: number}) {
  const playout = new PlayoutBuffer(8000);
  const decoder = {decode: decodeMuLaw};
  const receiver = new RtpReceiver(8000, {
    onSound: (bytes, header, _codec, now) =>
      playout.put(bytes, header.payloadStart, header.payloadLength, header, decoder, now),
    onNoise: (bytes, header, now) =>
      playout.putNoise(bytes, header.payloadStart, header.payloadLength, header, now),
    onSenderChanged: () => playout.restart(),
    onDigit: () => {},
  });
  receiver.update(stream, 0);
  const random = randomNumbers(5);
  const heard = new Int16Array(160 * frames);
  const sound = new Int16Array(160);
  for (let step = 0; step < frames; step++) {
    const now = 20 * step;
    receiver.receive(packet(step), remote.address, remote.port, now);
    for (let count = 0; hostile !== undefined && count < 100; count++) {
      const {bytes, port = remote.port} = hostile(step, random);
      receiver.receive(bytes, remote.address, port, now + count / 5);
    }
    playout.pull(sound, now + 20);
    heard.set(sound, 160 * step);
  }
  return {heard, receiver, playout};
}

function packet(step: number, {payloadType = 0, ssrc = 7, sequence = step, timestamp = 160 * step} = {}) {
  const bytes = new Uint8Array(headerLength + 160);
  writeHeader(bytes, false, payloadType, sequence & 0xffff, timestamp >>> 0, ssrc);
  encodeMuLaw(speech.subarray(160 * step, 160 * (step + 1)), 160, bytes.subarray(headerLength));
  return bytes;
}

/** A packet of the call with its first bytes changed. */
function changed(step: number, ...[first, second]: [number, number?]) {
  const bytes = packet(step);
  bytes[0] = first;
  bytes[1] = second ?? bytes[1]!;
  return bytes;
}

const undisturbed = play();

test.each<[string, keyof DroppedPackets, NonNullable<Parameters<typeof play>[0]>]>([
  ['of wrong versions', 'malformed', (step, random) => ({bytes: changed(step, Math.floor(random() * 128))})],
  [
    'that are cut off',
    'malformed',
    (step, random) => ({bytes: packet(step).subarray(0, Math.floor(12 * random()))}),
  ],
  ['with more padding than they have', 'malformed', (step) => ({bytes: changed(step, 0xa0).fill(255, 171)})],
  [
    'with more sources than they have room for',
    'malformed',
    (step) => ({bytes: changed(step, 0x8f).subarray(0, 60)}),
  ],
  [
    'with an extension that is longer',
    'malformed',
    (step) => ({bytes: changed(step, 0x90).fill(255, 12, 16)}),
  ],
  ['of RTCP on the port of RTP', 'malformed', (step) => ({bytes: changed(step, 0x80, 200)})],
  ['that were sent before', 'duplicate', (step) => ({bytes: packet(step)})],
  [
    'from elsewhere',
    'address',
    (step, random) => ({bytes: packet(step), port: 5000 + Math.floor(1000 * random())}),
  ],
  ['of a stranger', 'ssrc', (step) => ({bytes: packet(step, {ssrc: 8})})],
  [
    'of payload types that nobody agreed on',
    'payloadType',
    (step, random) => ({bytes: packet(step, {payloadType: 20 + Math.floor(40 * random()), ssrc: 8})}),
  ],
  [
    'of many strangers',
    'ssrc',
    (step, random) => ({bytes: packet(step, {ssrc: Math.floor(2 ** 32 * random()), sequence: 9})}),
  ],
  [
    'of numbers and times from anywhere',
    'sequence',
    (step, random) => ({
      bytes: packet(step, {
        sequence: step + 4000 + 2 * Math.floor(28_000 * random()),
        timestamp: 2 ** 32 * random(),
      }),
    }),
  ],
])(
  'a hundred packets for each %s are dropped and counted, and nothing of it is heard',
  (_, reason, hostile) => {
    const {heard, receiver, playout} = play(hostile);
    expect(heard).toEqual(undisturbed.heard);
    expect(receiver.reception.received).toBeLessThan(1.05 * frames);
    expect(receiver.reception.lost).toBe(0);
    expect(playout.late).toBe(0);
    expect(receiver.dropped[reason]).toBeGreaterThan(95 * frames);
  },
);

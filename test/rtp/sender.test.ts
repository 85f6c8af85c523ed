import {expect, test} from 'vitest';
import type {AudioStream} from '../../firmware/rtp/audio-stream.ts';
import {RtpHeader, readPacket} from '../../firmware/rtp/packet.ts';
import {RtpSender} from '../../firmware/rtp/sender.ts';

const stream: AudioStream = {
  remote: {address: '192.0.2.1', port: 4000},
  codec: 'PCMU',
  payloadType: 0,
  telephoneEvent: 101,
  direction: 'sendrecv',
  packetTime: 20,
  rtcp: {multiplexed: false, address: undefined, port: 4001, voipMetrics: false},
  security: undefined,
};

/** A sender that starts at the highest sequence number it may, 32767, and at the end of the timestamps, 2^32 - 160. */
function senderOf(changes: Partial<AudioStream> = {}) {
  const packets: (RtpHeader & {payload: number[]})[] = [];
  const random = () => Uint8Array.of(1, 2, 3, 4, 0xff, 0xff, 0xff, 0x60, 0xff, 0xff);
  const sender = new RtpSender(8000, random, (bytes) => {
    const header = new RtpHeader();
    expect(readPacket(bytes, header)).toBeUndefined();
    packets.push(Object.assign(header, {payload: [...bytes.subarray(header.payloadStart)]}));
  });
  sender.update({...stream, ...changes});
  return {sender, packets};
}

function frame(value: number): Uint8Array {
  return new Uint8Array(160).fill(value);
}

test('one packet a frame, timestamps wrap, the marker begins the talkspurt', () => {
  const {sender, packets} = senderOf({payloadType: 0});
  for (const value of [1, 2, 3]) sender.sendFrame(frame(value));
  expect(packets.map(({sequenceNumber}) => sequenceNumber)).toEqual([32767, 32768, 32769]);
  expect(packets.map(({timestamp}) => timestamp)).toEqual([0xffffff60, 0, 160]);
  expect(packets.map(({marker}) => marker)).toEqual([true, false, false]);
  expect(packets.map(({payload}) => payload)).toEqual([1, 2, 3].map((value) => [...frame(value)]));
  expect(packets.every(({ssrc}) => ssrc === 0x01020304)).toBe(true);
  expect(sender.sent).toBe(3);
});

test.each([
  [10, [80, 80, 80, 80, 80, 80]],
  [30, [240, 240]],
  [60, [480]],
  [1000, [480]],
  [1, [80, 80, 80, 80, 80, 80]],
])('packets of %d ms, within 10 and 60', (packetTime, lengths) => {
  const {sender, packets} = senderOf({packetTime});
  for (const value of [1, 2, 3]) sender.sendFrame(frame(value));
  expect(packets.map(({payload}) => payload.length)).toEqual(lengths);
  const steps = packets.slice(1).map(({timestamp}, index) => (timestamp - packets[index]!.timestamp) >>> 0);
  expect(steps).toEqual(lengths.slice(0, -1));
});

test('a key takes the place of sound; its time goes by for the sound', () => {
  const {sender, packets} = senderOf();
  sender.sendFrame(frame(1));
  expect(sender.sendDigit('5')).toBe(true);
  for (let step = 0; step < 9; step++) sender.sendFrame(frame(2));
  expect(packets.map(({payloadType}) => payloadType)).toEqual([0, ...Array(8).fill(101), 0]);
  expect(packets.map(({sequenceNumber}) => sequenceNumber)).toEqual(
    Array.from({length: 10}, (_, index) => 32767 + index),
  );
  expect(packets.slice(1, 9).every(({timestamp}) => timestamp === 0)).toBe(true);
  expect(packets.at(-1)!.timestamp).toBe(8 * 160);
});

test('no keys where telephone-event was not negotiated', () => {
  const {sender, packets} = senderOf({telephoneEvent: undefined});
  expect(sender.sendDigit('5')).toBe(false);
  sender.sendFrame(frame(1));
  expect(packets[0]!.payloadType).toBe(0);
});

test('time in which nothing is sent shows in the timestamp, and the next packet begins a talkspurt', () => {
  const {sender, packets} = senderOf();
  sender.sendFrame(frame(1));
  sender.pass(160);
  sender.pass(160);
  sender.sendFrame(frame(1));
  expect(packets.map(({timestamp}) => timestamp)).toEqual([0xffffff60, 320]);
  expect(packets.map(({sequenceNumber}) => sequenceNumber)).toEqual([32767, 32768]);
  expect(packets[1]!.marker).toBe(true);
});

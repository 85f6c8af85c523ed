import {expect, test} from 'vitest';
import {G722Encoder} from '../../firmware/audio/g722/encoder.ts';
import {headerLength, RtpHeader, readPacket, writeHeader} from '../../firmware/rtp/packet.ts';
import {keyTones} from '../support/key-tones.ts';
import {Bench, frame, peer, soundFrame, soundOf, wideStream} from './media-bench.ts';

test('keys come and go', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const bytes = new Uint8Array(headerLength + 4);
  writeHeader(bytes, true, 101, 900, 1000, 5);
  bytes.set([7, 10, 0, 160], headerLength);
  socket.onDatagram(bytes, peer.address, peer.port);
  expect(bench.reported('digit')).toEqual([{kind: 'digit', session: 1, digit: '7', way: 'rtp'}]);
  bench.do({kind: 'digit', session: 1, digit: '3'});
  bench.step(0);
  const header = new RtpHeader();
  expect(readPacket(socket.sent[0]!.bytes, header)).toBeUndefined();
  expect(header.payloadType).toBe(101);
  expect(socket.sent[0]!.bytes[headerLength]).toBe(3);
});

test.each([
  [undefined, ['5']],
  [101, []],
] as const)('a key as tones in the sound, telephone-event %s', async (event, digits) => {
  const bench = new Bench();
  const socket = await bench.talk({telephoneEvent: event});
  const {samples} = keyTones('5');
  for (let start = 0; start < samples.length; start += frame) {
    socket.onDatagram(bench.packet(samples.subarray(start, start + frame)), peer.address, peer.port);
    bench.step(0);
  }
  expect(bench.reported('digit').map(({digit}) => digit)).toEqual(digits);
  expect(bench.reported('digit').every(({way}) => way === 'tone')).toBe(true);
});

test('what the microphone sends and the other side sends back is no key', async () => {
  const bench = new Bench();
  const socket = await bench.talk({telephoneEvent: undefined});
  const {samples} = keyTones('5');
  for (let start = 0; start < samples.length; start += frame) {
    // Each sample twice: what that adds lies above 4 kHz.
    for (const sample of samples.subarray(start, start + frame)) bench.card.captured.push(sample, sample);
    bench.step();
    const echo = socket.sent.at(-1)!.bytes.slice();
    socket.onDatagram(echo, peer.address, peer.port);
  }
  expect(socket.sent.some(({bytes}) => Math.abs(soundOf(bytes)) > 5000)).toBe(true);
  expect(bench.reported('digit')).toEqual([]);
});

test('keys as tones are heard in G.722 too', async () => {
  const bench = new Bench();
  const socket = await bench.talk({
    ...wideStream,
    telephoneEvent: undefined,
    receives: {...wideStream.receives, telephoneEvent: undefined},
  });
  const {samples} = keyTones('5');
  const encoder = new G722Encoder();
  const wide = new Int16Array(soundFrame);
  for (let start = 0, sequence = 0; start + frame <= samples.length; start += frame, sequence++) {
    for (let index = 0; index < soundFrame; index++) wide[index] = samples[start + (index >> 1)]!;
    const bytes = new Uint8Array(headerLength + frame);
    writeHeader(bytes, false, 9, sequence, sequence * frame, 5);
    encoder.encode(wide, soundFrame, bytes.subarray(headerLength));
    socket.onDatagram(bytes, peer.address, peer.port);
    bench.step(0);
  }
  expect(bench.reported('digit').map(({digit}) => digit)).toEqual(['5']);
});

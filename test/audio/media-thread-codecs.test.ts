import {expect, test} from 'vitest';
import {encodeALaw} from '../../firmware/audio/g711.ts';
import {G722Decoder} from '../../firmware/audio/g722/decoder.ts';
import {G722Encoder} from '../../firmware/audio/g722/encoder.ts';
import {headerLength, RtpHeader, readPacket, writeHeader} from '../../firmware/rtp/packet.ts';
import {Bench, frame, peer, soundFrame, soundOf, stream, wideStream} from './media-bench.ts';

/** How much of a sound is a sine of this frequency: 1 is all. */
function shareOf(frequency: number, sound: readonly number[]): number {
  const sum = (wave: (angle: number) => number) =>
    sound.reduce((total, sample, at) => total + sample * wave((2 * Math.PI * frequency * at) / 16_000), 0);
  const power = sound.reduce((total, sample) => total + sample * sample, 0);
  return (2 * (sum(Math.cos) ** 2 + sum(Math.sin) ** 2)) / (power * sound.length);
}

test('G.722 goes out with 160 steps of the clock a frame, and carries what is above 4 kHz', async () => {
  const bench = new Bench();
  const socket = await bench.talk(wideStream);
  for (let at = 0; at < 50 * soundFrame; at++) {
    bench.card.captured.push(Math.round(8000 * Math.sin((2 * Math.PI * 6000 * at) / 16_000)));
    if (at % soundFrame === soundFrame - 1) bench.step();
  }
  const decoder = new G722Decoder();
  const header = new RtpHeader();
  const sound = new Int16Array(2 * frame);
  const heard: number[] = [];
  const timestamps = socket.sent.map(({bytes}) => {
    readPacket(bytes, header);
    expect([header.payloadType, header.payloadLength]).toEqual([9, frame]);
    decoder.decode(bytes, header.payloadStart, frame, sound);
    heard.push(...sound);
    return header.timestamp;
  });
  expect(new Set(timestamps.slice(1).map((timestamp, index) => timestamp - timestamps[index]!))).toEqual(
    new Set([frame]),
  );
  expect(shareOf(6000, heard.slice(-20 * soundFrame))).toBeGreaterThan(0.95);
});

test('the other side may change the codec from one packet to the next, and is heard again at once', async () => {
  const bench = new Bench();
  const socket = await bench.talk(wideStream);
  const encoder = new G722Encoder();
  const samples = new Int16Array(soundFrame);
  const share = (at: number) => shareOf(at, bench.card.played.slice(-10 * soundFrame));
  let sequence = 0;
  const say = (codec: 'G722' | 'PCMA', frequency: number, frames: number) => {
    for (let count = 0; count < frames; count++, sequence++) {
      const bytes = new Uint8Array(headerLength + frame);
      writeHeader(bytes, false, codec === 'G722' ? 9 : 8, sequence, sequence * frame, 5);
      const rate = codec === 'G722' ? 16_000 : 8000;
      for (let index = 0; index < soundFrame; index++) {
        const at = (sequence * 20 * rate) / 1000 + index;
        samples[index] = Math.round(8000 * Math.sin((2 * Math.PI * frequency * at) / rate));
      }
      if (codec === 'G722') encoder.encode(samples, soundFrame, bytes.subarray(headerLength));
      else encodeALaw(samples, frame, bytes.subarray(headerLength));
      socket.onDatagram(bytes, peer.address, peer.port);
      bench.step();
    }
  };
  say('G722', 5000, 30);
  expect(share(5000)).toBeGreaterThan(0.95);
  say('PCMA', 1000, 30);
  expect(share(1000)).toBeGreaterThan(0.99);
  say('G722', 5000, 30);
  expect(share(5000)).toBeGreaterThan(0.95);
  expect(bench.statistics(1)).toMatchObject({received: 90, lost: 0, late: 0});
});

test('a re-INVITE changes the codec that is sent', async () => {
  const bench = new Bench();
  const socket = await bench.talk(wideStream);
  bench.step(988);
  bench.do({kind: 'update', session: 1, stream});
  for (let step = 0; step < 5; step++) bench.step(988);
  const types = socket.sent.map(({bytes}) => bytes[1]! & 0x7f);
  expect(types).toEqual([9, 0, 0, 0, 0, 0]);
  expect(soundOf(socket.sent[5]!.bytes)).toBe(988);
});

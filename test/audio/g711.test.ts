import {expect, test} from 'vitest';
import {decodeALaw, decodeMuLaw, encodeALaw, encodeMuLaw} from '../../firmware/audio/g711.ts';

/**
 * Mu-law as ITU-T G.711 table 2 defines it: decision values x and quantized values y in 14 bits, by
 * number of the step 0 to 127. Eight segments of 16 steps, each segment's steps twice as wide as the one's before; the
 * first step of all is half as wide.
 */
const decisions = [0];
const quantized = [0];
for (let segment = 0, at = 0; segment < 8; segment++) {
  for (let step = 0; step < 16; step++) {
    const width = 2 ** (segment + 1) / (segment === 0 && step === 0 ? 2 : 1);
    at += width;
    decisions.push(at);
    if (segment + step > 0) quantized.push(at - width / 2);
  }
}

/** The character signal of step `step`: positive first bit 1, all bits of the number inverted. */
function character(negative: boolean, step: number): number {
  return ((negative ? 0 : 0x80) | (~step & 0x7f)) & 0xff;
}

test('the table ends where the recommendation says', () => {
  expect(decisions.at(-1)).toBe(8159);
  expect(quantized).toHaveLength(128);
  expect(quantized.at(-1)).toBe(8031);
});

test('every one of the 65536 samples gets the step that its magnitude lies in', () => {
  const samples = Int16Array.from({length: 65536}, (_, index) => index - 32768);
  const bytes = new Uint8Array(65536);
  encodeMuLaw(samples, samples.length, bytes);
  const wrong = samples.filter((sample, index) => {
    const magnitude = Math.min(Math.abs(sample) / 4, 8158);
    const step = decisions.findLastIndex((decision) => decision <= magnitude);
    return bytes[index] !== character(sample < 0, step);
  });
  expect([...wrong]).toEqual([]);
});

test('every one of the 256 bytes gives its quantized value', () => {
  const bytes = Uint8Array.from({length: 256}, (_, index) => index);
  const samples = new Int16Array(256);
  decodeMuLaw(bytes, 0, 256, samples);
  for (let step = 0; step < 128; step++) {
    expect(samples[character(false, step)]).toBe(quantized[step]! * 4);
    expect(samples[character(true, step)]! + 0).toBe(quantized[step]! * -4 + 0);
  }
});

test('decoding and encoding again gives the same byte; only negative nought becomes positive', () => {
  const bytes = Uint8Array.from({length: 256}, (_, index) => index);
  const samples = new Int16Array(256);
  const again = new Uint8Array(256);
  decodeMuLaw(bytes, 0, 256, samples);
  encodeMuLaw(samples, 256, again);
  expect([...again]).toEqual([...bytes].map((byte) => (byte === 0x7f ? 0xff : byte)));
});

test('part of a packet can be decoded; silence is nought', () => {
  const samples = new Int16Array(3).fill(5);
  decodeMuLaw(Uint8Array.of(0, 0, 0xff, 0xff), 2, 2, samples);
  expect([...samples]).toEqual([0, 0, 5]);
});

/**
 * A-law as ITU-T G.711 table 1 defines it: decision values and quantized values in 13 bits, the two segments next to nought
 * with steps of 2, each further one's twice as wide.
 */
test('A-law: every sample gets the step that its magnitude lies in, every byte its quantized value', () => {
  const steps = Array.from({length: 128}, (_, step) => {
    const segment = Math.max(1, step >> 4);
    const width = 2 ** segment;
    const start = step < 32 ? step * 2 : (16 + (step & 15)) * width;
    return {start, value: start + width / 2};
  });
  expect(steps.at(-1)).toEqual({start: 3968, value: 4032});
  const samples = Int16Array.from({length: 65536}, (_, index) => index - 32768);
  const bytes = new Uint8Array(65536);
  encodeALaw(samples, samples.length, bytes);
  const wrong = samples.filter((sample, index) => {
    // Negative magnitudes begin just above their decision value.
    const magnitude = (sample < 0 ? -sample - 1 : sample) / 8;
    const step = steps.findLastIndex(({start}) => start <= magnitude);
    return bytes[index] !== (((sample < 0 ? 0 : 0x80) | step) ^ 0x55);
  });
  expect([...wrong]).toEqual([]);
  const all = Uint8Array.from({length: 256}, (_, index) => index);
  const decodedSamples = new Int16Array(256);
  decodeALaw(all, 0, 256, decodedSamples);
  for (let step = 0; step < 128; step++) {
    expect(decodedSamples[(0x80 | step) ^ 0x55]).toBe(steps[step]!.value * 8);
    expect(decodedSamples[step ^ 0x55]).toBe(steps[step]!.value * -8);
  }
});

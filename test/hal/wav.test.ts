import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterAll, expect, test} from 'vitest';
import {HardwareError} from '../../hal/hal.ts';
import {readWavFile} from '../../hal/sound/wav-file.ts';
import {WavRecorder} from '../../hal/sound/wav-recorder.ts';
import {readWav} from '../support/wav.ts';

const folder = mkdtempSync(join(tmpdir(), 'doorline-wav-'));
const path = join(folder, 'sound.wav');
afterAll(() => rmSync(folder, {recursive: true}));

interface Format {
  encoding?: number;
  channels?: number;
  rate?: number;
  bits: number;
}

/** A WAV file from raw sample bytes, with a chunk in front that nobody knows. */
function wav({encoding = 1, channels = 1, rate = 8000, bits}: Format, data: Uint8Array): Buffer {
  const head = Buffer.alloc(54);
  head.write('RIFF', 0);
  head.writeUInt32LE(head.length - 8 + data.length, 4);
  head.write('WAVELIST', 8);
  head.writeUInt32LE(1, 16); // one byte, and one to make it even
  head.write('fmt ', 22);
  head.writeUInt32LE(16, 26);
  head.writeUInt16LE(encoding, 30);
  head.writeUInt16LE(channels, 32);
  head.writeUInt32LE(rate, 34);
  head.writeUInt32LE((rate * channels * bits) / 8, 38);
  head.writeUInt16LE((channels * bits) / 8, 42);
  head.writeUInt16LE(bits, 44);
  head.write('data', 46);
  head.writeUInt32LE(data.length, 50);
  return Buffer.concat([head, data]);
}

function read(bytes: Uint8Array): number[] {
  writeFileSync(path, bytes);
  return [...readWavFile(path).samples];
}

const words = (...samples: number[]) => new Uint8Array(Int16Array.from(samples).buffer);

test('16 bit, 8 bit and mu-law', () => {
  expect(read(wav({bits: 16}, words(0, 1, -1, 32_767, -32_768)))).toEqual([0, 1, -1, 32_767, -32_768]);
  expect(read(wav({bits: 8}, Uint8Array.of(0, 128, 255)))).toEqual([-32_768, 0, 32_512]);
  // The ends and the middle of G.711's table.
  expect(read(wav({bits: 8, encoding: 7}, Uint8Array.of(0x00, 0x80, 0xff, 0x7f)))).toEqual([
    -32_124, 32_124, 0, 0,
  ]);
});

test('24 and 32 bit, and floating point', () => {
  const longer = Buffer.alloc(9);
  longer.writeIntLE(0x7fffff, 0, 3);
  longer.writeIntLE(-0x800000, 3, 3);
  longer.writeIntLE(-0x000100, 6, 3);
  expect(read(wav({bits: 24}, longer))).toEqual([32_767, -32_768, -1]);
  const whole = new Uint8Array(Int32Array.of(0x7fff_ffff, -0x8000_0000, 0x0001_0000).buffer);
  expect(read(wav({bits: 32}, whole))).toEqual([32_767, -32_768, 1]);
  const parts = new Uint8Array(Float32Array.of(0.5, -1, 1, 7, -Infinity, NaN).buffer);
  expect(read(wav({bits: 32, encoding: 3}, parts))).toEqual([16_384, -32_768, 32_767, 32_767, -32_768, 0]);
});

test('whatever the samples, a file of 16 bits or more gives them back', () => {
  const sound = fc.array(fc.integer({min: -32_768, max: 32_767}), {maxLength: 64});
  const encoded = {
    16: (samples: number[]) => Int16Array.from(samples),
    24: (samples: number[]) =>
      Uint8Array.from(samples.flatMap((sample) => [0, sample & 255, (sample >> 8) & 255])),
    32: (samples: number[]) => Int32Array.from(samples, (sample) => sample << 16),
  };
  fc.assert(
    fc.property(
      sound,
      fc.constantFrom(16, 24, 32),
      fc.integer({min: 1, max: 8}),
      (samples, bits, channels) => {
        // The same in each channel, so that their mean is it as well.
        const data = encoded[bits](samples.flatMap((sample) => Array(channels).fill(sample)));
        const bytes = new Uint8Array(data.buffer, 0, data.byteLength);
        expect(read(wav({bits, channels}, bytes))).toEqual(samples);
      },
    ),
  );
});

test('of several channels the mean', () => {
  expect(read(wav({bits: 16, channels: 2}, words(100, 300, -5, -7)))).toEqual([200, -6]);
});

test.each([8000, 11_025, 16_000, 44_100, 48_000])('the rate is that of the file: %i Hz', (rate) => {
  writeFileSync(path, wav({bits: 16, rate}, words(1, 2, 3)));
  expect(readWavFile(path)).toEqual({rate, samples: Int16Array.of(1, 2, 3)});
});

test('a recorder that was cut short left sizes that are wrong', () => {
  const bytes = wav({bits: 16}, words(1, 2, 3));
  bytes.writeUInt32LE(0, 50);
  expect(read(bytes)).toEqual([1, 2, 3]);
  bytes.writeUInt32LE(0xffff_ffff, 50);
  expect(read(bytes)).toEqual([1, 2, 3]);
});

test.each([
  ['no WAV', Buffer.from('MP3'), /is not a WAV file/],
  ['no data', wav({bits: 16}, words()).subarray(0, 46), /has no sound in it/],
  [
    '12 bit',
    wav({bits: 12}, words(1, 2, 3)),
    /not understood \(encoding 1, 12 bits, 1 channels, 8000 Hz\); allowed are PCM of 8, .* convert it/,
  ],
  ['MP3 in a WAV', wav({bits: 16, encoding: 0x55}, words(1)), /encoding 85, /],
  ['no channels', wav({bits: 16, channels: 0}, words(1)), /not understood/],
  ['a broken format', wav({bits: 16}, words(1)).fill(0, 26, 30), /its format chunk is too short/],
])('%s is refused in words', (_name, bytes, message) => {
  expect(() => read(bytes)).toThrow(HardwareError);
  expect(() => read(bytes)).toThrow(message);
});

test('a file that is not there', () => {
  expect(() => readWavFile(join(folder, 'none.wav'))).toThrow(/none\.wav: there is no such file/);
  expect(() => readWavFile(folder)).toThrow(HardwareError);
});

test('whatever the file holds: sound, or a refusal in words', () => {
  const valid = wav({bits: 16}, words(1, 2, 3, 4));
  const damaged = fc
    .tuple(fc.nat(valid.length - 1), fc.uint8Array({maxLength: 12}), fc.nat(valid.length))
    .map(([at, bytes, length]) => Buffer.concat([valid.subarray(0, at), bytes, valid.subarray(at, length)]));
  fc.assert(
    fc.property(damaged, (bytes) => {
      try {
        read(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(HardwareError);
      }
    }),
    {numRuns: 300},
  );
});

test('a recording is a valid file at each second, and complete when it is closed', () => {
  const recorder = new WavRecorder(path, 8000);
  expect(readWav(path)).toEqual({rate: 8000, samples: new Int16Array(0)});
  const second = Int16Array.from({length: 8000}, (_, index) => index);
  recorder.append(second.subarray(0, 5000));
  recorder.append(second.subarray(5000));
  recorder.append(second.subarray(0, 10));
  expect(readWav(path).samples).toEqual(second);
  recorder.close();
  recorder.close();
  recorder.append(second);
  expect(readWav(path).samples).toHaveLength(8010);
  expect(readFileSync(path).readUInt32LE(4)).toBe(36 + 8010 * 2);
});

test('a recording replaces the one before', () => {
  writeFileSync(path, 'x'.repeat(1000));
  new WavRecorder(path, 8000).close();
  expect(readFileSync(path)).toHaveLength(44);
  expect(() => new WavRecorder(join(folder, 'none', 'x.wav'), 8000)).toThrow(/cannot be written/);
});

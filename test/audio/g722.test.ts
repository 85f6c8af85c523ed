import {createHash} from 'node:crypto';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {G722Decoder} from '../../firmware/audio/g722/decoder.ts';
import {G722Encoder} from '../../firmware/audio/g722/encoder.ts';
import {correlate} from '../support/correlation.ts';
import {makeWideSpeech} from '../support/wide-speech.ts';

const seconds = 4;

/** Noise of whole numbers, the same on every machine, that swells from nothing to `loudest` each second. */
function swellingNoise(loudest: number): Int16Array {
  let state = 1;
  return Int16Array.from({length: seconds * 16_000}, (_, index) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.trunc((((state >>> 16) - 32_768) * loudest * (index % 16_000)) / 16_000 / 32_768);
  });
}

function encoded(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length / 2);
  new G722Encoder().encode(samples, samples.length, bytes);
  return bytes;
}

function decoded(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length * 2);
  new G722Decoder().decode(bytes, 0, bytes.length, samples);
  return samples;
}

function digest(sound: Uint8Array | Int16Array): string {
  return createHash('sha256').update(sound).digest('hex').slice(0, 16);
}

test('encoder and decoder give what libspandsp gives', () => {
  const bytes = encoded(swellingNoise(20_000));
  expect(digest(bytes)).toBe('e2f8fd1630056ea1');
  expect(digest(decoded(bytes))).toBe('e1cf1d7b24946f60');
});

test('speech comes through, also what lies above 4 kHz; quiet speech too', () => {
  const speech = makeWideSpeech(seconds, 7);
  for (const loudness of [1, 0.05]) {
    const original = {rate: 16_000, samples: speech.samples.map((sample) => sample * loudness)};
    const {value, delay} = correlate(original, {rate: 16_000, samples: decoded(encoded(original.samples))});
    expect(value).toBeGreaterThan(0.97);
    // Both filters together: 22 samples.
    expect(delay).toBeCloseTo(22 / 16_000, 4);
  }
});

test('pieces of any even length are the same stream', () => {
  const samples = swellingNoise(9000).subarray(0, 3200);
  const whole = encoded(samples);
  fc.assert(
    fc.property(fc.array(fc.integer({min: 0, max: 200}), {minLength: 1, maxLength: 20}), (lengths) => {
      const [encoder, decoder] = [new G722Encoder(), new G722Decoder()];
      const bytes = new Uint8Array(whole.length);
      const heard = new Int16Array(samples.length);
      let at = 0;
      for (const length of [...lengths, Number.POSITIVE_INFINITY]) {
        const count = Math.min(length, whole.length - at);
        encoder.encode(samples.subarray(2 * at), 2 * count, bytes.subarray(at));
        decoder.decode(bytes, at, count, heard.subarray(2 * at));
        at += count;
      }
      expect(digest(bytes)).toBe(digest(whole));
      expect(digest(heard)).toBe(digest(decoded(whole)));
    }),
    {numRuns: 30},
  );
});

test('whatever bytes come: sound, and no more than 16 bits of it; the loudest is held, not wrapped', () => {
  fc.assert(
    fc.property(fc.uint8Array({minLength: 1, maxLength: 400}), (bytes) => {
      expect(decoded(bytes).every((sample) => sample >= -32_768 && sample <= 32_767)).toBe(true);
    }),
  );
  const square = Int16Array.from({length: 16_000}, (_, index) => (index % 80 < 40 ? 32_767 : -32_768));
  const heard = decoded(encoded(square));
  // In the middle of each half wave, 22 samples later.
  for (let at = 8000; at < 15_900; at += 80) {
    expect(heard[at + 42]).toBeGreaterThan(20_000);
    expect(heard[at + 82]).toBeLessThan(-20_000);
  }
});

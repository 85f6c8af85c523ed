import fc from 'fast-check';
import {expect, test} from 'vitest';
import {ComfortNoise} from '../../../firmware/audio/playout/comfort-noise.ts';
import {SoundLine} from '../../../firmware/audio/playout/sound-line.ts';

/** A second of noise by this description, 20 ms at a time. */
function noiseOf(description: readonly number[], rate = 8000): Float64Array {
  const noise = new ComfortNoise(rate);
  const line = new SoundLine(rate);
  noise.describe(Uint8Array.from(description), 0, description.length);
  const frame = new Int16Array(rate / 50);
  const heard: number[] = [];
  for (let count = 0; count < 50; count++) {
    noise.fill(line, frame.length);
    line.play(frame);
    heard.push(...frame);
  }
  return Float64Array.from(heard);
}

/** Root mean square in dB below the loudest square wave of G.711. */
function below(sound: Float64Array): number {
  return (
    -10 * Math.log10(sound.reduce((sum, sample) => sum + sample * sample, 0) / sound.length / 32_124 ** 2)
  );
}

/** Correlation of a sound with itself one sample later. */
function correlation(sound: Float64Array): number {
  let product = 0;
  let energy = 0;
  for (let index = 1; index < sound.length; index++) {
    product += sound[index]! * sound[index - 1]!;
    energy += sound[index]! ** 2;
  }
  return product / energy;
}

test.each([35, 50, 60])('noise is as loud as is told: %d dB below the loudest', (level) => {
  expect(below(noiseOf([level]))).toBeGreaterThan(level - 1);
  expect(below(noiseOf([level]))).toBeLessThan(level + 1);
  // The level is that of the whole, whatever the spectrum.
  expect(Math.abs(below(noiseOf([level, 30, 160, 100])) - level)).toBeLessThan(1.5);
  expect(Math.abs(below(noiseOf([level, 30], 16_000)) - level)).toBeLessThan(2);
});

test('the spectrum is that of the reflection coefficients', () => {
  expect(Math.abs(correlation(noiseOf([40])))).toBeLessThan(0.05);
  // The first one is the correlation from sample to sample, with the other sign: 258 * (50 - 127) / 32768 = -0.606.
  expect(correlation(noiseOf([40, 50]))).toBeCloseTo(0.606, 1);
  expect(correlation(noiseOf([40, 204]))).toBeCloseTo(-0.606, 1);
});

test('whatever is described, noise is no louder than a background may be, and does not whistle on', () => {
  const description = fc.array(fc.nat(255), {minLength: 1, maxLength: 300});
  fc.assert(
    fc.property(description, fc.constantFrom(8000, 16_000), (bytes, rate) => {
      const sound = noiseOf(bytes, rate);
      expect(below(sound)).toBeGreaterThan(24);
      expect(sound.every((sample) => Math.abs(sample) < 20_000)).toBe(true);
      const noise = new ComfortNoise(rate);
      noise.describe(Uint8Array.from(bytes), 0, bytes.length);
      expect(noise.active).toBe(true);
    }),
    {numRuns: 60},
  );
});

test('noise becomes no louder while one spectrum changes to another', () => {
  const noise = new ComfortNoise(8000);
  const line = new SoundLine(8000);
  const frame = new Int16Array(160);
  const heard: number[] = [];
  // A level of 40 dB below the loudest is a root mean square of 321; the second spectrum resonates.
  for (const description of [[40], [40, 20, 254, 0, 69, 254, 0, 242, 0, 0, 254, 254, 254]]) {
    noise.describe(Uint8Array.from(description), 0, description.length);
    for (let count = 0; count < 8; count++) {
      noise.fill(line, frame.length);
      line.play(frame);
      heard.push(...frame);
    }
  }
  expect(Math.max(...heard.map(Math.abs))).toBeLessThan(6 * 321);
});

test('an empty description says nothing', () => {
  const noise = new ComfortNoise(8000);
  noise.describe(new Uint8Array(5), 3, 0);
  expect(noise.active).toBe(false);
});

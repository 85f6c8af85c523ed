import {expect, test} from 'vitest';
import {Resampler} from '../../firmware/audio/resampler.ts';
import {correlate} from '../support/correlation.ts';
import {makeSpeech} from '../support/speech.ts';

const amplitude = 16_000;

/** A second of a sine through a resampler, in pieces of 20 ms. */
function resampled(from: number, to: number, frequency: number, deviation?: number): number[] {
  const piece = new Int16Array(from / 50);
  const resampler = new Resampler(from, to, piece.length, deviation !== undefined);
  resampler.deviation = deviation ?? 0;
  const made = new Int16Array(to / 25);
  const result: number[] = [];
  for (let start = 0; start < from; start += piece.length) {
    for (let index = 0; index < piece.length; index++) {
      piece[index] = Math.round(amplitude * Math.sin((2 * Math.PI * frequency * (start + index)) / from));
    }
    const count = resampler.process(piece, piece.length, made);
    result.push(...made.subarray(0, count));
  }
  return result;
}

/** How loud a sine of `frequency` is in the middle of a sound, and everything else, in dB of the sine that went in. */
function levels(sound: number[], rate: number, frequency: number): {wanted: number; rest: number} {
  const middle = sound.slice(Math.round(0.1 * rate), Math.round(0.9 * rate));
  const turn = (2 * Math.PI * frequency) / rate;
  const sum = (wave: (angle: number) => number) =>
    (2 / middle.length) * middle.reduce((total, sample, index) => total + sample * wave(turn * index), 0);
  const [cosine, sine] = [sum(Math.cos), sum(Math.sin)];
  const rest = middle.reduce((total, sample, index) => {
    const error = sample - cosine * Math.cos(turn * index) - sine * Math.sin(turn * index);
    return total + error * error;
  }, 0);
  const decibels = (power: number) => 10 * Math.log10(Math.max(power, 1e-9) / (amplitude ** 2 / 2));
  return {
    wanted: decibels((cosine ** 2 + sine ** 2) / 2),
    rest: decibels(rest / middle.length),
  };
}

test.each([
  [8000, 16_000],
  [16_000, 8000],
  [16_000, 44_100],
  [44_100, 16_000],
  [16_000, 48_000],
  [48_000, 16_000],
  [16_000, 96_000],
] as const)('%i to %i Hz: what telephones carry stays as it is, and nothing is added', (from, to) => {
  for (const frequency of [100, 300, 1000, 2000, 3000, 3400]) {
    const {wanted, rest} = levels(resampled(from, to, frequency), to, frequency);
    expect(Math.abs(wanted), `${frequency} Hz`).toBeLessThan(0.1);
    expect(rest, `beside ${frequency} Hz`).toBeLessThan(-70);
  }
});

test('16 to 8 kHz: what would fold back is gone', () => {
  for (const frequency of [4600, 5000, 6000, 7500]) {
    const {rest} = levels(resampled(16_000, 8000, frequency), 8000, 8000 - frequency);
    expect(rest).toBeLessThan(-70);
    expect(levels(resampled(16_000, 8000, frequency), 8000, 8000 - frequency).wanted).toBeLessThan(-70);
  }
});

test('wide sound stays wide on cards', () => {
  for (const rate of [44_100, 48_000]) {
    for (const frequency of [5000, 6800]) {
      expect(Math.abs(levels(resampled(16_000, rate, frequency), rate, frequency).wanted)).toBeLessThan(0.1);
      expect(Math.abs(levels(resampled(rate, 16_000, frequency), 16_000, frequency).wanted)).toBeLessThan(
        0.1,
      );
    }
  }
});

test('an adjustable one makes so many more samples, of the same sound', () => {
  for (const deviation of [-500e-6, 37e-6, 500e-6]) {
    const sound = resampled(16_000, 48_000, 1000, deviation);
    expect(sound.length / (48_000 * (1 + deviation))).toBeCloseTo(1, 3);
    const {wanted, rest} = levels(sound, 48_000, 1000 / (1 + deviation));
    expect(Math.abs(wanted)).toBeLessThan(0.1);
    expect(rest).toBeLessThan(-60);
  }
});

test('as many samples come out as go in, piece by piece; a constant stays itself; loud sound does not wrap', () => {
  const up = new Resampler(8000, 16_000, 160);
  const down = new Resampler(16_000, 8000, 320);
  const wide = new Int16Array(320);
  const narrow = new Int16Array(160);
  for (const value of [1234, 32_767, -32_768]) {
    for (let piece = 0; piece < 3; piece++) {
      expect(up.process(new Int16Array(160).fill(value), 160, wide)).toBe(320);
      expect(down.process(wide, 320, narrow)).toBe(160);
    }
    expect(new Set(narrow)).toEqual(new Set([value]));
  }
  const square = Int16Array.from({length: 320}, (_, index) => (index % 32 < 16 ? 32_767 : -32_768));
  down.process(square, 320, narrow);
  down.process(square, 320, narrow);
  for (let index = 0; index < 160; index++) {
    if (index % 16 === 5) expect(narrow[index]).toBeGreaterThan(25_000);
  }
});

test('after a reset nothing is left of what was before', () => {
  const up = new Resampler(8000, 16_000, 160);
  const made = new Int16Array(320);
  up.process(new Int16Array(160).fill(30_000), 160, made);
  up.reset();
  up.process(new Int16Array(160), 160, made);
  expect(made.every((sample) => sample === 0)).toBe(true);
});

test('from 8 to 16 kHz and back, sound comes out as it went in, whole samples later', () => {
  const sound = makeSpeech(2, 7);
  const up = new Resampler(8000, 16_000, 160);
  const down = new Resampler(16_000, 8000, 320);
  const wide = new Int16Array(320);
  const narrow = new Int16Array(160);
  const result: number[] = [];
  for (let start = 0; start < sound.samples.length; start += 160) {
    const count = down.process(
      wide,
      up.process(sound.samples.subarray(start, start + 160), 160, wide),
      narrow,
    );
    result.push(...narrow.subarray(0, count));
  }
  expect(correlate(sound, {...sound, samples: Int16Array.from(result)}).value).toBeGreaterThan(0.999);
});

test.each([8000, 16_000, 44_100, 48_000, 96_000])(
  'from and to %i Hz sound is late by as much as is said',
  (rate) => {
    for (const other of [8000, 16_000, 32_000, 44_100, 48_000]) {
      for (const adjustable of [false, true]) {
        const resampler = new Resampler(rate, other, rate / 50, adjustable);
        // A bell: where its middle lies can be told to a part of a sample.
        const middle = rate / 20;
        const width = rate / 1000;
        const bell = Int16Array.from({length: rate / 50}, () => 0);
        const made = new Int16Array(other / 25);
        let [weight, moment, place] = [0, 0, 0];
        for (let start = 0; start < rate / 5; start += bell.length) {
          for (let index = 0; index < bell.length; index++) {
            bell[index] = Math.round(20_000 * Math.exp(-(((start + index - middle) / width) ** 2)));
          }
          const count = resampler.process(bell, bell.length, made);
          for (let index = 0; index < count; index++, place++) {
            weight += made[index]!;
            moment += made[index]! * place;
          }
        }
        const later = (moment / weight / other) * rate - middle;
        expect(Math.abs(later - resampler.delay), `${rate} to ${other} Hz`).toBeLessThan(0.2);
      }
    }
  },
);

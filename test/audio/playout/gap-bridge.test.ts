import fc from 'fast-check';
import {expect, test} from 'vitest';
import {GapBridge} from '../../../firmware/audio/playout/gap-bridge.ts';
import {SoundLine} from '../../../firmware/audio/playout/sound-line.ts';
import {makeSpeech} from '../../support/speech.ts';

/** Sound of which `gap` samples after half a second are bridged, `there` being known after them. */
function bridged(sound: (at: number) => number, gap: number, there: number, rate = 8000) {
  const line = new SoundLine(rate);
  const from = rate / 2 - line.history;
  const before = line.extend(line.history);
  for (let index = 0; index < line.history; index++) line.samples[before + index] = sound(from + index);
  line.head = line.end;
  line.extend(gap);
  const after = line.extend(there);
  for (let index = 0; index < there; index++) line.samples[after + index] = sound(rate / 2 + gap + index);
  new GapBridge(rate).fill(line, after - gap, gap, there);
  return {
    made: line.samples.slice(after - gap, after),
    before: line.samples[after - gap - 1]!,
    after: line.samples[after]!,
    right: Int16Array.from({length: gap}, (_, index) => sound(rate / 2 + index)),
  };
}

function likeness(one: Int16Array, other: Int16Array): number {
  let [product, first, second] = [0, 0, 0];
  one.forEach((sample, index) => {
    product += sample * other[index]!;
    first += sample * sample;
    second += other[index]! ** 2;
  });
  return product / Math.sqrt(first * second + 1e-9);
}

/** A voice with overtones whose pitch rises from `from` to `to` Hz within a second. */
function voice(from: number, to: number, rate = 8000) {
  return (at: number) => {
    const time = at / rate;
    const phase = 2 * Math.PI * (from * time + ((to - from) * time * time) / 2);
    return Math.round(
      4000 * Math.sin(phase) + 2500 * Math.sin(2 * phase + 1) + 1500 * Math.sin(3 * phase + 2),
    );
  };
}

test.each([
  [110, 110, 8000],
  [220, 220, 8000],
  [100, 200, 8000],
  [200, 130, 16_000],
])('a voice from %d to %d Hz goes on through the gap and arrives in step, at %d Hz', (from, to, rate) => {
  const {made, right} = bridged(voice(from, to, rate), rate / 50, rate / 50, rate);
  expect(likeness(made, right)).toBeGreaterThan(0.9);
});

test('it grows softer or louder on the way to what comes', () => {
  const steady = voice(150, 150);
  const {made} = bridged((at) => steady(at) * (at < 4000 ? 1 : 0.2), 160, 160);
  const level = (part: Int16Array) =>
    Math.sqrt(part.reduce((sum, sample) => sum + sample ** 2, 0) / part.length);
  expect(level(made.subarray(0, 53))).toBeGreaterThan(1.5 * level(made.subarray(107)));
});

test('with silence around it there is silence, with noise noise as loud', () => {
  expect(bridged(() => 0, 160, 160).made.every((sample) => sample === 0)).toBe(true);
  let random = 1;
  const noise = () => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) | 0;
    return random >> 21;
  };
  const {made} = bridged(noise, 160, 160);
  const level = Math.sqrt(made.reduce((sum, sample) => sum + sample ** 2, 0) / made.length);
  expect(level).toBeGreaterThan(350);
  expect(level).toBeLessThan(800);
});

test('gaps and packets of any length are bridged, and no louder than what is around them', () => {
  const speech = makeSpeech(3).samples;
  fc.assert(
    fc.property(
      fc.integer({min: 1, max: 480}),
      fc.integer({min: 1, max: 1600}),
      fc.nat(8000),
      (gap, there, from) => {
        const {made} = bridged((at) => speech[from + at]!, gap, there);
        const around = speech.subarray(from + 4000 - 480, from + 4000 + gap + there);
        const loudest = around.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
        expect(made.every((sample) => Math.abs(sample) <= 1.6 * loudest + 1)).toBe(true);
      },
    ),
  );
});

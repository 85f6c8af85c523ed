import {expect, test} from 'vitest';
import {DelayEstimator} from '../../../firmware/audio/echo/delay-estimator.ts';
import {frameSamples} from '../../../firmware/audio/frame.ts';
import {randomNumbers} from '../../support/random-numbers.ts';

const seconds = 8;
const frames = seconds * 50;
const length = frames * frameSamples;

/** All delays that are found, in samples, while these are played and recorded. */
function found(played: Int16Array, recorded: Int16Array): number[] {
  const estimator = new DelayEstimator();
  const delays: number[] = [];
  for (let start = 0; start < length; start += frameSamples) {
    const end = start + frameSamples;
    if (estimator.add(played.subarray(start, end), recorded.subarray(start, end)))
      delays.push(estimator.delay!);
  }
  return delays;
}

function noise(): Int16Array {
  const random = randomNumbers(1);
  return Int16Array.from({length}, () => 6000 * (random() - 0.5));
}

test.each([40, 1000, 5000])('an echo that comes %i samples later is found twice a second', (delay) => {
  const played = noise();
  const recorded = new Int16Array(length);
  for (let index = delay; index < length; index++) recorded[index] = played[index - delay]! / 4;
  const delays = found(played, recorded);
  expect(delays.length).toBeGreaterThanOrEqual(2 * seconds - 3);
  for (const one of delays) expect(Math.abs(one - delay)).toBeLessThan(1);
});

test.each<[string, (index: number) => number]>([
  ['a hiss', (index) => ((index * 7919) % 6011) - 3005],
  ['a tone', (index) => 5000 * Math.sin((2 * Math.PI * 425 * index) / 16_000)],
  ['a square wave', (index) => (index % 40 < 20 ? 8000 : -8000)],
])('a microphone that is off has no echo of %s', (_, sample) => {
  const played = Int16Array.from({length}, (_, index) => sample(index));
  expect(found(played, new Int16Array(length))).toEqual([]);
});

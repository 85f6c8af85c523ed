import {expect, test} from 'vitest';
import {ClockSkew} from '../../../firmware/audio/echo/clock-skew.ts';
import {randomNumbers} from '../../support/random-numbers.ts';

/** Samples from one delay to the next: half a second. */
const step = 8000;

/** Tells of these delays one after another; what is known of the clocks after each, in parts of a million. */
function told(delays: readonly number[]): number[] {
  const clocks = new ClockSkew();
  return delays.map((delay, index) => {
    clocks.add(index * step, delay);
    return Math.round(clocks.skew * 1e6);
  });
}

test.each([-500, -450, -312, -60, -30, 30, 60, 312, 450, 500])(
  'clocks that differ by %i ppm are known after five seconds',
  (ppm) => {
    const random = randomNumbers(1);
    // A delay is found to a sample or so.
    const delays = Array.from({length: 40}, (_, index) => 1000 + index * step * ppm * 1e-6 + random() - 0.5);
    const known = told(delays);
    expect(Math.abs(known[10]! - ppm)).toBeLessThan(30);
    expect(Math.abs(known[39]! - ppm)).toBeLessThan(4);
  },
);

test('equal clocks stay so, however the delays scatter', () => {
  const random = randomNumbers(1);
  const delays = Array.from({length: 40}, () => 1000 + 2 * random());
  expect(new Set(told(delays))).toEqual(new Set([0]));
});

test.each([1, 2, 3, 5, 8, 20])(
  'a delay that jumps after %i were found is no difference of the clocks',
  (before) => {
    for (const jump of [-320, -40, 40, 320]) {
      const delays = [...Array(before).fill(1000), ...Array(45).fill(1000 + jump)];
      expect(new Set(told(delays))).toEqual(new Set([0]));
    }
  },
);

test('a single delay that is wrong is left out, the first as well', () => {
  for (const wrong of [0, 1, 4, 12, 30]) {
    const delays = Array.from({length: 40}, (_, index) => 1000 + index * step * 60e-6);
    delays[wrong]! += 500;
    expect(told(delays).at(-1)).toBe(60);
  }
});

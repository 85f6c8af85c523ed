import {expect, test} from 'vitest';
import {ClockFollower} from '../../firmware/audio/clock-follower.ts';

const frame = 320;

/**
 * A buffer that a clock fills which is `skew` faster than the one that empties it, with `excess` made up for; the level is told
 * in steps of `step`. Returns how far the level is from where it began, after each minute.
 */
function run(skew: number, {step = 1, minutes = 10}: {step?: number; minutes?: number} = {}) {
  const follower = new ClockFollower(frame);
  let level = 1000;
  const off: number[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    for (let count = 0; count < 3000; count++) {
      level += frame * (skew - follower.excess);
      // The card moves in periods: it is told of a little more or less.
      follower.add(Math.round(level / step) * step + ((count * 7) % 5) * (step / 5));
    }
    off.push(level - 1000);
  }
  return {off, excess: follower.excess};
}

test.each([-200, -100, -20, 20, 100, 200])('a clock that is %i ppm off is followed', (ppm) => {
  const {off, excess} = run(ppm * 1e-6);
  expect(excess * 1e6).toBeGreaterThan(ppm - 10);
  expect(excess * 1e6).toBeLessThan(ppm + 10);
  // Never further than 10 ms; in the end back within 3.
  expect(Math.max(...off.map(Math.abs))).toBeLessThan(160);
  expect(Math.abs(off.at(-1)!)).toBeLessThan(48);
});

test('a level told in steps of 10 ms does not mislead for long', () => {
  const {off, excess} = run(80e-6, {step: 160});
  expect(Math.abs(excess * 1e6 - 80)).toBeLessThan(120);
  expect(Math.max(...off.map(Math.abs))).toBeLessThan(400);
});

test('equal clocks are left alone', () => {
  expect(run(0).excess).toBe(0);
});

test('after a restart the level may be another, and the clocks are still known', () => {
  const follower = new ClockFollower(frame);
  let level = 500;
  const pass = (frames: number) => {
    for (let count = 0; count < frames; count++) {
      level += frame * (100e-6 - follower.excess);
      follower.add(level);
    }
  };
  pass(20_000);
  const {excess} = follower;
  expect(excess * 1e6).toBeGreaterThan(90);
  follower.restart();
  level = 3000;
  pass(3000);
  expect(follower.excess).toBeCloseTo(excess, 5);
  expect(level).toBeGreaterThan(2900);
});

test('after a restart the level is not brought to where it was before', () => {
  const follower = new ClockFollower(frame);
  const pass = (level: number, frames: number) => {
    for (let count = 0; count < frames; count++) follower.add(level + (count % 2));
  };
  pass(500, 250);
  // It stays off, and is being brought back: the clocks are equal.
  pass(600, 400);
  expect(Math.abs(follower.excess) * 1e6).toBeGreaterThan(50);
  const before = follower.excess;
  follower.restart();
  expect(Math.abs(follower.excess)).toBeLessThan(Math.abs(before));
});

test('a card or a program that is late now and then is no clock that differs', () => {
  const follower = new ClockFollower(frame);
  for (let count = 0; count < 30_000; count++) {
    const late = count % 400 < 20 ? 1600 : 0;
    follower.add(640 + late * ((count % 7) / 7));
  }
  expect(follower.excess).toBe(0);
});

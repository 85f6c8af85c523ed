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

test('after a restart the clocks are still known, and a level that is higher is brought to where it was', () => {
  const follower = new ClockFollower(frame);
  let level = 500;
  const pass = (frames: number) => {
    for (let count = 0; count < frames; count++) {
      level += frame * (100e-6 - follower.excess);
      follower.add(level);
    }
  };
  pass(20_000);
  follower.restart();
  expect(follower.excess * 1e6).toBeCloseTo(100, 0);
  level = 650;
  pass(10_000);
  expect(follower.excess * 1e6).toBeCloseTo(100, -1);
  expect(Math.abs(level - 500)).toBeLessThan(20);
});

test('where the level is so high that it would take long, it is told how much should be left out', () => {
  const follower = new ClockFollower(frame);
  for (let count = 0; count < 300; count++) follower.add(640);
  follower.restart();
  for (let count = 0; count < 300; count++) follower.add(960);
  expect([follower.surplus, follower.excess]).toEqual([320, 0]);
  follower.jump();
  for (let count = 0; count < 300; count++) follower.add(640);
  expect([follower.surplus, follower.excess]).toEqual([0, 0]);
});

test('what may settle higher is left where it settles', () => {
  const follower = new ClockFollower(frame);
  const pass = (level: number, frames: number) => {
    for (let count = 0; count < frames; count++) follower.add(level + (count % 2));
  };
  pass(500, 250);
  follower.restart(true);
  pass(900, 2000);
  expect([follower.surplus, follower.excess]).toEqual([0, 0]);
});

test('a level at which those who are late find what they need is not lowered', () => {
  const follower = new ClockFollower(frame, 480);
  for (let count = 0; count < 300; count++) follower.add(640);
  follower.restart();
  for (let count = 0; count < 1000; count++) follower.add(count % 50 === 0 ? 480 : 960);
  expect([follower.surplus, follower.excess]).toEqual([0, 0]);
});

test('where it is known how high the level need be, it is lowered to that from the beginning', () => {
  const follower = new ClockFollower(frame, 480, 720);
  for (let count = 0; count < 300; count++) follower.add(1040);
  expect(follower.surplus).toBe(320);
});

test('what a stall adds is no clock that differs', () => {
  const follower = new ClockFollower(frame);
  let level = 640;
  for (let stall = 0; stall < 10; stall++) {
    for (let count = 0; count < 1000; count++) {
      level -= frame * follower.excess;
      follower.add(level);
    }
    level += 100;
  }
  follower.jump();
  expect(Math.abs(follower.excess) * 1e6).toBeLessThan(5);
});

test('a card or a program that is late now and then is no clock that differs', () => {
  const follower = new ClockFollower(frame);
  for (let count = 0; count < 30_000; count++) {
    const late = count % 400 < 20 ? 1600 : 0;
    follower.add(640 + late * ((count % 7) / 7));
  }
  expect(follower.excess).toBe(0);
});

import {expect, test} from 'vitest';
import {Health} from '../../firmware/station/health.ts';
import {FakeClock} from '../support/fake-clock.ts';

/** Two watchdogs, and a media thread that answers as `answer` says. */
function watched(answer: () => Promise<void>) {
  const clock = new FakeClock();
  const meals = [0, 0];
  const closed = [false, false];
  const watchdogs = [15_000, 6_000].map((patience, index) => ({
    patience,
    feed: () => {
      meals[index]! += 1;
    },
    close: () => {
      closed[index] = true;
    },
  }));
  const health = new Health({watchdogs, mediaAnswers: answer, clock});
  health.start();
  /** Lets time go by in steps, with time for promises between them. */
  const pass = async (seconds: number) => {
    for (let step = 0; step < seconds; step += 1) {
      clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {clock, meals, closed, health, pass};
}

test('all are fed at once and three times within the patience of the most impatient', async () => {
  const {meals, pass} = watched(() => Promise.resolve());
  await pass(12);
  expect(meals).toEqual([7, 7]);
});

test('a media thread that does not answer stops the feeding, and is asked once only', async () => {
  let asked = 0;
  const {meals, pass} = watched(() => {
    asked += 1;
    return asked < 3 ? Promise.resolve() : new Promise(() => {});
  });
  await pass(60);
  expect([asked, meals]).toEqual([3, [2, 2]]);
});

test('a late answer feeds again, and so does a thread that was gone for a moment', async () => {
  let release = () => {};
  let asked = 0;
  const {meals, pass} = watched(() => {
    asked += 1;
    if (asked === 1) return new Promise((resolve) => (release = resolve));
    return asked === 2 ? Promise.reject(new Error('it has ended')) : Promise.resolve();
  });
  await pass(10);
  expect(meals).toEqual([0, 0]);
  release();
  await pass(1);
  expect(meals).toEqual([1, 1]);
  await pass(4);
  expect(meals).toEqual([2, 2]);
});

test('nobody is fed after the end, and each watch is ended', async () => {
  let release = () => {};
  const {meals, closed, health, clock, pass} = watched(() => new Promise((resolve) => (release = resolve)));
  health.close();
  release();
  await pass(20);
  expect([meals, closed, clock.pending]).toEqual([[0, 0], [true, true], 0]);
});

test('without watchdogs nothing is done', () => {
  const clock = new FakeClock();
  new Health({watchdogs: [], mediaAnswers: () => Promise.reject(new Error('never')), clock}).start();
  expect(clock.pending).toBe(0);
});

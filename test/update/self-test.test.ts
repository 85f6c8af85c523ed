import {beforeEach, expect, test} from 'vitest';
import {type Check, SelfTest} from '../../firmware/update/self-test.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {settle} from './fake-installer.ts';

let clock: FakeClock;

beforeEach(() => {
  clock = new FakeClock();
});

const run = (checks: readonly Check[]) => {
  const outcomes: (readonly string[])[] = [];
  new SelfTest(clock).run(checks, (failed) => outcomes.push(failed));
  return outcomes;
};
const pass = async (milliseconds: number) => {
  for (let time = 0; time < milliseconds; time += 1_000) {
    await settle();
    clock.advance(1_000);
  }
  await settle();
};

test('waits for each to work once', async () => {
  let works = false;
  const outcomes = run([
    {name: 'one', passes: () => true},
    {name: 'two', passes: () => Promise.resolve(works)},
  ]);
  await pass(20_000);
  expect(outcomes).toEqual([]);
  works = true;
  await pass(5_000);
  expect([outcomes, clock.pending]).toEqual([[[]], 0]);
});

test('names what has not worked in 90 s, by no or by a mishap', async () => {
  const outcomes = run([
    {name: 'good', passes: () => true},
    {name: 'bad', passes: () => false},
    {name: 'worse', passes: () => Promise.reject(new Error('x'))},
  ]);
  await pass(89_000);
  expect(outcomes).toEqual([]);
  await pass(4_000);
  expect([outcomes, clock.pending]).toEqual([[['bad', 'worse']], 0]);
});

test('what never answers does not work, and holds nothing else up', async () => {
  let works = false;
  const outcomes = run([
    {name: 'silent', passes: () => new Promise(() => undefined)},
    {name: 'late', passes: () => works},
  ]);
  await pass(10_000);
  works = true;
  await pass(80_000);
  expect([outcomes, clock.pending]).toEqual([[['silent']], 0]);
});

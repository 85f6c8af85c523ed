import {expect, test} from 'vitest';
import {UpdateSchedule} from '../../firmware/update/schedule.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {settle} from './fake-installer.ts';

const midnight = new Date(2026, 0, 1).getTime();

test('looks once a day at its time, and takes what it has not taken, until that is settled', async () => {
  const clock = new FakeClock(midnight);
  const seen = {last: undefined as string | undefined};
  const begun: ((settled: boolean) => void)[] = [];
  let content = 'one';
  const schedule = new UpdateSchedule({
    url: 'http://example.org/x.raucb',
    at: 210,
    clock,
    identify: async () => content,
    memory: seen,
    begin: (_url, done) => begun.push(done),
    warn: () => undefined,
  });
  const hours = async (count: number) => {
    clock.advance(count * 3_600_000);
    await settle();
  };
  await hours(3);
  expect(begun).toHaveLength(0);
  await hours(1);
  expect(begun).toHaveLength(1);
  // Neither installed nor refused for good: a line that broke, or a call that went on.
  begun[0]?.(false);
  await hours(24);
  expect([begun.length, seen.last]).toEqual([2, undefined]);
  begun[1]?.(true);
  expect(seen.last).toBe('one');
  await hours(24);
  expect(begun).toHaveLength(2);
  content = 'two';
  await hours(24);
  expect(begun).toHaveLength(3);
  schedule.close();
  expect(clock.pending).toBe(0);
});

test('a server that does not answer is told of, and asked again the next day', async () => {
  const clock = new FakeClock(midnight);
  const warnings: string[] = [];
  new UpdateSchedule({
    url: 'http://example.org/x.raucb',
    at: 0,
    clock,
    identify: () => Promise.reject(new Error('example.org answers 404')),
    memory: {last: undefined},
    begin: () => undefined,
    warn: (text) => warnings.push(text),
  });
  for (let day = 0; day < 2; day += 1) {
    clock.advance(24 * 3_600_000);
    await settle();
  }
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toContain('example.org answers 404');
});

test('a disk that does not let itself be written is told of, and ends nothing', async () => {
  const clock = new FakeClock(midnight);
  const warnings: string[] = [];
  new UpdateSchedule({
    url: 'http://example.org/x.raucb',
    at: 60,
    clock,
    identify: async () => 'one',
    memory: {
      get last() {
        return undefined;
      },
      set last(_seen) {
        throw new Error('ENOSPC');
      },
    },
    begin: (_url, done) => done(true),
    warn: (text) => warnings.push(text),
  });
  clock.advance(3_600_000);
  await settle();
  expect(warnings).toEqual(['The same update will be tried again: ENOSPC']);
});

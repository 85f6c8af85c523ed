import fc from 'fast-check';
import {expect, test} from 'vitest';
import {estimateMos} from '../../firmware/station/quality.ts';
import {RefusalBudget} from '../../firmware/station/refusal-budget.ts';
import {TalkTime} from '../../firmware/station/talk-time.ts';

test('the quality of a clean call is that of G.711, and falls with loss and delay', () => {
  const clean = estimateMos({received: 1_000, lost: 0, late: 0, delayMs: 40});
  expect(clean).toBeCloseTo(4.38, 1);
  expect(estimateMos({received: 0, lost: 0, late: 0, delayMs: 0})).toBeNull();
  const figures = fc.record({
    received: fc.integer({min: 1, max: 1e6}),
    lost: fc.nat(1e6),
    late: fc.nat(1e6),
    delayMs: fc.nat(5_000),
  });
  fc.assert(
    fc.property(figures, (some) => {
      const mos = estimateMos(some)!;
      expect(mos).toBeGreaterThanOrEqual(1);
      expect(mos).toBeLessThanOrEqual(4.42);
      expect(estimateMos({...some, lost: some.lost + 1_000})!).toBeLessThanOrEqual(mos);
      expect(estimateMos({...some, delayMs: some.delayMs + 100})!).toBeLessThanOrEqual(mos);
    }),
  );
});

test('the same loss in bursts is rated lower', () => {
  const figures = {received: 950, lost: 50, late: 0, delayMs: 40};
  expect(estimateMos({...figures, burstRatio: 1})).toBe(estimateMos(figures));
  expect(estimateMos({...figures, burstRatio: 3})!).toBeLessThan(estimateMos(figures)!);
});

test('talk time: warned once, then over; extended at any time', () => {
  const time = new TalkTime(120, 0);
  expect(time.wakeAt).toBe(110_000);
  expect(time.check(100_000)).toBe('nothing');
  expect(time.check(110_000)).toBe('warn');
  expect(time.check(110_001)).toBe('nothing');
  expect(time.secondsLeft(110_000)).toBe(10);
  expect(time.wakeAt).toBe(120_000);
  time.extend(115_000);
  expect(time.wakeAt).toBe(225_000);
  expect(time.check(235_000)).toBe('end');
});

test('a talk of less than 20 s is warned at its half', () => {
  expect(new TalkTime(10, 0).wakeAt).toBe(5_000);
});

test('refusals: the first of each window are told, the rest is summed up', () => {
  const budget = new RefusalBudget();
  const told = Array.from({length: 30}, () => budget.take(0)).filter(({tell}) => tell);
  expect(told).toHaveLength(20);
  expect(budget.take(599_999)).toEqual({tell: false, untold: 0});
  expect(budget.take(600_000)).toEqual({tell: true, untold: 11});
  expect(budget.take(600_001)).toEqual({tell: true, untold: 0});
});

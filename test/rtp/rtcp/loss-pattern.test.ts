import {expect, test} from 'vitest';
import {LossPattern} from '../../../firmware/rtp/rtcp/loss-pattern.ts';

/** A stream of which each character tells what became of a packet: `.` came, `x` never, `d` too late. */
function patternOf(packets: string, first = 65_530): LossPattern {
  const pattern = new LossPattern();
  for (const [index, fate] of [...packets, ...'.'.repeat(32)].entries()) {
    const sequenceNumber = (first + index) & 0xffff;
    if (fate === 'x') continue;
    pattern.arrive(sequenceNumber);
    if (fate === 'd') pattern.discard(sequenceNumber);
  }
  return pattern;
}

test('without losses there is one gap', () => {
  expect(patternOf('.'.repeat(100)).figures).toEqual({
    lossRate: 0,
    discardRate: 0,
    burstDensity: 0,
    gapDensity: 0,
    burstLength: 0,
    gapLength: 100,
    burstRatio: 1,
  });
});

test('lone losses lie in gaps', () => {
  const figures = patternOf(`${'.'.repeat(49)}x${'.'.repeat(49)}d${'.'.repeat(100)}`).figures;
  expect(figures.lossRate).toBeCloseTo(256 / 200);
  expect(figures.discardRate).toBeCloseTo(256 / 200);
  expect(figures.burstDensity).toBe(0);
  expect(figures.gapDensity).toBeCloseTo((256 * 2) / 200, 1);
  expect(figures.gapLength).toBe(200);
});

test('losses less than 16 packets apart are a burst', () => {
  // A burst of 8 packets, 5 of them lost, between gaps of 96 each.
  const figures = patternOf(`${'.'.repeat(96)}xx.x..xx${'.'.repeat(96)}`).figures;
  expect(figures.lossRate).toBeCloseTo((256 * 5) / 200);
  expect(figures.gapDensity).toBe(0);
  expect(figures.burstDensity / 256).toBeCloseTo(5 / 8, 0);
  expect(figures.burstLength).toBeGreaterThan(5);
  expect(figures.burstLength).toBeLessThan(10);
  expect(figures.gapLength).toBeGreaterThan(190);
});

test('the burst ratio is how much longer losses in a row are than those of random loss', () => {
  expect(patternOf('....x....d'.repeat(20)).figures.burstRatio).toBe(1);
  // Three in a row at 10 %: random loss would have 1 / 0.9 on average.
  const {burstRatio} = patternOf(`${'.'.repeat(27)}xdx`.repeat(20)).figures;
  expect(burstRatio).toBeGreaterThan(2.6);
  expect(burstRatio).toBeLessThan(2.8);
});

test('a burst that goes on counts, even from the beginning', () => {
  const pattern = new LossPattern();
  for (let index = 0; index < 1000; index++) if (index % 10 !== 5) pattern.arrive(index);
  const {lossRate, burstDensity, burstLength, gapLength} = pattern.figures;
  expect(lossRate).toBeCloseTo(25.6, 0);
  expect(burstDensity).toBeCloseTo(25.6, 0);
  expect(burstLength).toBeGreaterThan(900);
  expect(gapLength).toBeLessThan(20);
});

test('packets in disorder are no losses; a sender who starts over loses nothing', () => {
  const pattern = new LossPattern();
  for (let index = 0; index < 100; index += 2) {
    pattern.arrive(index + 1);
    pattern.arrive(index);
  }
  expect(pattern.figures.lossRate).toBe(0);
  pattern.arrive(40_000);
  for (let index = 0; index < 100; index++) pattern.arrive(40_000 + index);
  expect(pattern.figures.lossRate).toBe(0);
  pattern.restart();
  for (let index = 0; index < 100; index++) pattern.arrive(40_200 + index);
  expect(pattern.figures.lossRate).toBe(0);
});

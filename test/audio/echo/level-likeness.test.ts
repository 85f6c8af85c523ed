import {expect, test} from 'vitest';
import {LevelLikeness} from '../../../firmware/audio/echo/level-likeness.ts';
import {randomNumbers} from '../../support/random-numbers.ts';

function likenessOf(levels: (random: () => number) => [number, number]): number {
  const random = randomNumbers(1);
  const likeness = new LevelLikeness();
  for (let frame = 0; frame < 300; frame++) likeness.add(...levels(random));
  return likeness.value;
}

test('levels that rise and fall together are alike, whatever lies between them', () => {
  const together = likenessOf((random) => {
    const level = 40 + 30 * random();
    return [level, level - 25 + 2 * random()];
  });
  expect(together).toBeGreaterThan(0.95);
});

test('levels that have nothing to do with each other, or that do not change, are not alike', () => {
  expect(Math.abs(likenessOf((random) => [60 * random(), 60 * random()]))).toBeLessThan(0.4);
  expect(Math.abs(likenessOf(() => [30, -30]))).toBeLessThan(0.5);
  const opposite = likenessOf((random) => {
    const level = 60 * random();
    return [level, -level];
  });
  expect(opposite).toBeLessThan(-0.9);
});

import {expect, test} from 'vitest';
import {randomHex, systemRandom} from '../../firmware/base/random.ts';

test('random bytes come in any number and never twice', () => {
  const counts = [1, 3, 16, 20, 1000, 4096, 5000];
  for (const count of counts) expect(systemRandom(count)).toHaveLength(count);
  expect(systemRandom(0)).toHaveLength(0);
  const drawn = Array.from({length: 2000}, () => randomHex(systemRandom, 8));
  expect(new Set(drawn).size).toBe(drawn.length);
  expect(drawn.every((text) => /^[0-9a-f]{16}$/.test(text))).toBe(true);
});

test('bytes that were given away stay as they were', () => {
  const first = systemRandom(32);
  const copy = Buffer.from(first);
  for (let count = 0; count < 500; count++) systemRandom(32);
  expect(Buffer.from(first)).toEqual(copy);
});

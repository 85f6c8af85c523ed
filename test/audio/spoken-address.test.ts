import {expect, test} from 'vitest';
import {speakAddress} from '../../firmware/audio/spoken-address.ts';
import {spokenWords} from '../../firmware/audio/spoken-words.ts';

const loudness = (samples: Int16Array) =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

/** How alike two stretches are, 1: the same up to loudness. */
function likeness(one: Int16Array, other: Int16Array): number {
  const length = Math.min(one.length, other.length);
  let [product, first, second] = [0, 0, 0];
  for (let index = 0; index < length; index += 1) {
    product += one[index]! * other[index]!;
    first += one[index]! ** 2;
    second += other[index]! ** 2;
  }
  return product / Math.sqrt(first * second);
}

test('each word is there, is heard, and is like no other', () => {
  expect(Object.keys(spokenWords).sort()).toEqual(['.', ...'0123456789', 'intro']);
  const said = [...'0123456789.'].map((key) => speakAddress(key));
  for (const [index, one] of said.entries()) {
    expect(loudness(one)).toBeGreaterThan(500);
    for (const other of said.slice(index + 1)) expect(likeness(one, other)).toBeLessThan(0.9);
  }
});

test('an address is its words one after another, said twice, in some ten seconds', () => {
  const intro = speakAddress('');
  const one = speakAddress('1');
  const both = speakAddress('11');
  // Each more digit is as long as the one before, in both rounds.
  expect(both.length - one.length).toBe(one.length - intro.length);
  const seconds = speakAddress('192.168.147.103').length / 16_000;
  expect(seconds).toBeGreaterThan(6);
  expect(seconds).toBeLessThan(25);
  expect(speakAddress('1x1')).toEqual(both);
});

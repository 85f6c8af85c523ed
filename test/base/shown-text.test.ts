import fc from 'fast-check';
import {expect, test} from 'vitest';
import {shownText} from '../../firmware/base/shown-text.ts';

test.each([
  ['Anna', 'Anna'],
  ['  Frau\t\r\n Müller ', 'Frau Müller'],
  ['\u202eelttil\u202c', 'elttil'],
  ['a\u200b\u2066b\u2069\u0000\u001b[31m', 'ab[31m'],
  ['a\u2028b', 'a b'],
  [`e${'\u0301'.repeat(50)}`, `e${'\u0301'.repeat(4)}`],
  ['', ''],
] as const)('%j is shown as %j', (text, shown) => {
  expect(shownText(text, 20)).toBe(shown);
});

test('what is too long is cut between characters, and says so', () => {
  expect(shownText('🔔'.repeat(11), 10)).toBe(`${'🔔'.repeat(9)}…`);
  expect(shownText('🔔'.repeat(10), 10)).toBe('🔔'.repeat(10));
});

test('any text becomes one bounded, visible line', () => {
  fc.assert(
    fc.property(fc.string({unit: 'binary', maxLength: 300}), fc.integer({min: 1, max: 40}), (text, limit) => {
      const shown = shownText(text, limit);
      expect([...shown].length).toBeLessThanOrEqual(limit);
      expect(shown).not.toMatch(/\p{C}|[\n\r\u2028\u2029]/u);
    }),
  );
});

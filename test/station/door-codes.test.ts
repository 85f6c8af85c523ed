import fc from 'fast-check';
import {expect, test} from 'vitest';
import {CodeLock, CodeReader, LOCK_TIME} from '../../firmware/station/door-codes.ts';

function reader(codes: Record<string, string[]>, lock = new CodeLock()) {
  return new CodeReader(new Map(Object.entries(codes)), lock);
}

/**
 * Enters keys 100 ms apart from `now` on; a space is a pause of 3 s. Returns what came of each key that
 * mattered.
 */
function enter(it: CodeReader, keys: string, now = 0): string[] {
  const outcomes: string[] = [];
  let time = now;
  const tell = (outcome: ReturnType<CodeReader['digit']>) => {
    if (outcome.type !== 'nothing')
      outcomes.push(outcome.type === 'open' ? outcome.doors.join('+') : outcome.type);
  };
  for (const key of keys) {
    time += key === ' ' ? 3_000 : 100;
    tell(it.pause(time));
    if (key !== ' ') tell(it.digit(key, time));
  }
  return outcomes;
}

test.each([
  ['one digit opens at once', {7: ['front']}, '7', ['front']],
  ['each wrong digit of a one-digit code counts', {7: ['front']}, '12', ['wrong', 'wrong']],
  ['a long code opens with its last digit', {1234: ['front']}, '1234', ['front']],
  ['a long entry that is none is wrong', {1234: ['front']}, '1235', ['wrong']],
  ['after a wrong entry it begins anew', {1234: ['front']}, '99991234', ['wrong', 'front']],
  ['a few digits and a pause are no entry', {1234: ['front']}, '12 1234', ['front']],
  ['"*" begins anew', {1234: ['front']}, '12*1234', ['front']],
  ['"#" ends an entry', {7: ['a'], 1234: ['b']}, '12#1234', ['wrong', 'b']],
  ['"#" and "*" alone are no entry: they extend the talk', {7: ['front']}, '#*##*', []],
  ['a code may contain both keys', {'*7#': ['front']}, '*7#', ['front']],
  ['two doors, two codes', {12: ['a'], 345: ['b']}, '12345', ['a', 'b']],
  ['a code that begins a longer one waits for the pause', {7: ['a'], 71: ['b']}, '7 71', ['a', 'b']],
  ['... or for "#"', {7: ['a'], 71: ['b']}, '7#', ['a']],
  ['an entry as long as the shortest code counts when it stops', {12: ['a'], 3456: ['b']}, '99 ', ['wrong']],
  ['one code may open two doors', {7: ['a', 'b']}, '7', ['a+b']],
  ['no codes, no outcome', {}, '7123#', []],
] as const)('%s', (_, codes, keys, expected) => {
  expect(enter(reader(codes as unknown as Record<string, string[]>), keys)).toEqual(expected);
});

test('five wrong entries lock all codes for 30 s, also in the next call', () => {
  const lock = new CodeLock();
  expect(enter(reader({7: ['front']}, lock), '111')).toEqual(['wrong', 'wrong', 'wrong']);
  const next = reader({7: ['front']}, lock);
  expect(enter(next, '11', 1_000)).toEqual(['wrong', 'locked']);
  expect(enter(next, '7', 2_000)).toEqual([]);
  expect(enter(next, '7', 1_200 + LOCK_TIME - 101)).toEqual([]);
  expect(enter(next, '7', 1_200 + LOCK_TIME)).toEqual(['front']);
});

test('a right code forgives, and a minute forgets', () => {
  const it = reader({7: ['front']});
  expect(enter(it, '111171111')).toEqual([...Array(4).fill('wrong'), 'front', ...Array(4).fill('wrong')]);
  expect(enter(it, '1', 70_000)).toEqual(['wrong']);
});

test('a key that comes both ways is one key; the same key twice is two', () => {
  const it = reader({});
  expect(it.isRepeated('7', 'rtp', 0)).toBe(false);
  expect(it.isRepeated('7', 'info', 60)).toBe(true);
  expect(it.isRepeated('7', 'rtp', 200)).toBe(false);
  expect(it.isRepeated('7', 'info', 260)).toBe(true);
  expect(it.isRepeated('8', 'info', 300)).toBe(false);
  expect(it.isRepeated('8', 'info', 400)).toBe(false);
  expect(it.isRepeated('8', 'rtp', 2_000)).toBe(false);
});

test('guessing: never more than five entries in any 30 s are compared, whatever is pressed', () => {
  const keys = fc.array(
    fc.record({digit: fc.constantFrom(...'0123456789*#'), wait: fc.integer({min: 1, max: 8_000})}),
    {
      maxLength: 200,
    },
  );
  fc.assert(
    fc.property(keys, (pressed) => {
      const it = reader({99999: ['front'], 88: ['back']});
      const wrong: number[] = [];
      let now = 0;
      for (const {digit, wait} of pressed) {
        now += wait;
        for (const outcome of [it.pause(now), it.digit(digit, now)]) {
          if (outcome.type === 'wrong' || outcome.type === 'locked') wrong.push(now);
        }
      }
      for (const [index, at] of wrong.entries()) {
        const sixth = wrong[index + 5];
        if (sixth !== undefined) expect(sixth - at).toBeGreaterThanOrEqual(LOCK_TIME);
      }
    }),
  );
});

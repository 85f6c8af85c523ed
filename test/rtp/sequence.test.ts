import fc from 'fast-check';
import {expect, test} from 'vitest';
import {
  advanceTimestamp,
  nextSequence,
  sequenceDistance,
  timestampDistance,
} from '../../firmware/rtp/sequence.ts';

test('sequence numbers wrap', () => {
  expect(nextSequence(65535)).toBe(0);
  expect(sequenceDistance(65535, 0)).toBe(1);
  expect(sequenceDistance(0, 65535)).toBe(-1);
  expect(sequenceDistance(10, 10)).toBe(0);
});

test('timestamps wrap', () => {
  expect(advanceTimestamp(0xffffffff, 160)).toBe(159);
  expect(advanceTimestamp(0, -1)).toBe(0xffffffff);
  expect(timestampDistance(0xffffffff, 159)).toBe(160);
});

test('a distance leads from one to the other', () => {
  const sequence = fc.integer({min: 0, max: 0xffff});
  const timestamp = fc.integer({min: 0, max: 0xffffffff});
  fc.assert(
    fc.property(sequence, sequence, timestamp, timestamp, (a, b, c, d) => {
      expect(nextSequence(a, sequenceDistance(a, b))).toBe(b);
      expect(advanceTimestamp(c, timestampDistance(c, d))).toBe(d);
    }),
  );
});

import fc from 'fast-check';
import {expect, test} from 'vitest';
import {JournalFollower} from '../../firmware/web/page/journal-follower.ts';

interface Entry {
  seq: number;
}

/** A journal of `length` entries behind a connection that a test can break. */
class Source {
  length: number;
  isBroken = false;
  shown: readonly Entry[] = [];
  readonly follower = new JournalFollower<Entry>(
    async (after, limit) => {
      await Promise.resolve();
      if (this.isBroken) throw new Error('broken');
      const count = Math.max(0, Math.min(limit, this.length - after));
      return Array.from({length: count}, (_, index) => ({seq: after + 1 + index}));
    },
    (entries) => {
      this.shown = entries;
    },
  );

  constructor(length: number) {
    this.length = length;
  }

  get numbers(): number[] {
    return this.shown.map(({seq}) => seq);
  }
}

const range = (from: number, to: number) => Array.from({length: to - from + 1}, (_, index) => from + index);

test('it begins with the newest and goes on from where it stands', async () => {
  const source = new Source(100);
  await source.follower.told(100);
  expect(source.numbers).toEqual(range(61, 100));
  source.length = 350;
  await source.follower.told(350);
  expect(source.numbers).toEqual(range(61, 350));
});

test('older entries come when they are asked for', async () => {
  const source = new Source(90);
  await source.follower.told(90);
  expect(await source.follower.earlier()).toBe(true);
  expect(source.numbers).toEqual(range(11, 90));
  expect(await source.follower.earlier()).toBe(false);
  expect(source.numbers).toEqual(range(1, 90));
});

test('a journal that was deleted is shown from its new beginning', async () => {
  const source = new Source(90);
  await source.follower.told(90);
  source.length = 3;
  await source.follower.told(3);
  expect(source.numbers).toEqual([1, 2, 3]);
});

test('whatever breaks in between, no entry is lost or comes twice', async () => {
  const step = fc.record({grows: fc.nat(5), isBroken: fc.boolean(), waits: fc.boolean()});
  await fc.assert(
    fc.asyncProperty(fc.array(step, {maxLength: 20}), async (steps) => {
      const source = new Source(2);
      await source.follower.told(2);
      for (const {grows, isBroken, waits} of steps) {
        source.length += grows;
        source.isBroken = isBroken;
        const told = source.follower.told(source.length).catch(() => undefined);
        if (waits) await told;
      }
      source.isBroken = false;
      // What was under way ends first; then the next stream tells how far the journal goes.
      await new Promise(setImmediate);
      await source.follower.told(source.length);
      expect(source.numbers).toEqual(range(1, source.length));
    }),
  );
});

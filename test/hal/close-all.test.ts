import {expect, test} from 'vitest';
import {closeAll} from '../../hal/close-all.ts';

test('one that cannot be closed keeps no other from being closed, and is told of', () => {
  const closed: string[] = [];
  const parts = ['first', 'second', 'third'].map((name) => ({
    close() {
      closed.push(name);
      if (name !== 'third') throw new Error(`the ${name} is gone`);
    },
  }));
  expect(() => closeAll(parts)).toThrow('the first is gone');
  expect(closed).toEqual(['first', 'second', 'third']);
});

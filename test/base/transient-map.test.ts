import {expect, test} from 'vitest';
import {TransientMap} from '../../firmware/base/transient-map.ts';

test('holds what was set last, in the order of the keys', () => {
  const map = new TransientMap<{of: string}>();
  const [first, second, third] = ['first', 'second', 'third'].map((of) => ({of}));
  map.set('a', first!);
  map.set('b', second!);
  map.set('a', third!);
  expect([map.size, map.get('a'), map.get('b'), map.get('c')]).toEqual([2, third, second, undefined]);
  expect(map.values()).toEqual([third, second]);
});

test('holds nothing of what was taken away', () => {
  const map = new TransientMap<{of: string}>();
  map.set('a', {of: 'a'});
  map.delete('a');
  map.delete('b');
  expect([map.size, map.get('a'), map.values()]).toEqual([0, undefined, []]);
});

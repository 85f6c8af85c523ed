import {expect, test} from 'vitest';
import {DebouncedInput} from '../../hal/gpio/debounced-input.ts';
import {FakeClock} from '../support/fake-clock.ts';

const options = {debounceMs: 20, lockOutMs: 0, initial: false};

/** An input whose driver is told of levels by the kernel, and tells them when it gets round to it. */
function open() {
  const clock = new FakeClock();
  const untold: [boolean, number][] = [];
  const tell = () => {
    for (const [active, at] of untold.splice(0)) input.level(active, at);
  };
  const input = new DebouncedInput('bell', options, clock, tell);
  const changes: [boolean, number][] = [];
  input.onChange = (active, at) => changes.push([active, at]);
  return {clock, untold, tell, input, changes};
}

test('levels that are told late are judged by their own times', () => {
  const {clock, untold, tell, input, changes} = open();
  clock.advance(100);
  untold.push([true, 10], [false, 25], [true, 40], [false, 70]);
  tell();
  clock.advance(100);
  expect(changes.map(([active]) => active)).toEqual([true, false]);
  expect(input.glitches).toBe(1);
});

test('before a level is accepted the driver is asked for what it has not told yet', () => {
  const {clock, untold, input, changes} = open();
  input.level(true);
  untold.push([false, 15]);
  clock.advance(100);
  expect(changes).toEqual([]);
  expect(input.glitches).toBe(1);
  expect(clock.pending).toBe(0);
});

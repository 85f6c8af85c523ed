import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Debounce} from '../../hal/gpio/debounce.ts';

const options = {debounceMs: 20, lockOutMs: 200, initial: false};

/** Feeds levels at times and accepts at each due time; returns the accepted changes up to `end`. */
function run(machine: Debounce, levels: readonly [boolean, number][], end: number): [boolean, number][] {
  const changes: [boolean, number][] = [];
  const acceptUntil = (time: number) => {
    for (let due = machine.dueAt; due !== undefined && due <= time; due = machine.dueAt) {
      expect(machine.accept(due)).toBe(true);
      changes.push([machine.active, due]);
    }
  };
  for (const [level, at] of levels) {
    acceptUntil(at);
    machine.input(level, at);
  }
  acceptUntil(end);
  return changes;
}

test('a press counts once it has lasted', () => {
  const machine = new Debounce(options);
  const levels: [boolean, number][] = [
    [true, 100],
    [false, 400],
  ];
  expect(run(machine, levels, 1000)).toEqual([
    [true, 120],
    [false, 420],
  ]);
  expect(machine.glitches).toBe(0);
});

test('a bouncing contact is one press, from its last bounce on', () => {
  const machine = new Debounce(options);
  const levels: [boolean, number][] = [
    [true, 0],
    [false, 1],
    [true, 2],
    [false, 4],
    [true, 5],
    [false, 300],
  ];
  expect(run(machine, levels, 1000)).toEqual([
    [true, 25],
    [false, 320],
  ]);
  expect(machine.glitches).toBe(2);
});

test('a glitch shorter than the debounce time is counted and does nothing', () => {
  const machine = new Debounce(options);
  const levels: [boolean, number][] = [
    [true, 0],
    [false, 19.9],
  ];
  expect(run(machine, levels, 1000)).toEqual([]);
  expect(machine.glitches).toBe(1);
});

test('the shortest press that counts is the debounce time, not the lock-out', () => {
  const levels: [boolean, number][] = [
    [true, 0],
    [false, 20],
  ];
  expect(run(new Debounce(options), levels, 1000)).toEqual([
    [true, 20],
    [false, 40],
  ]);
});

test('a second press within the lock-out counts when that ends, if it is still held', () => {
  const levels: [boolean, number][] = [
    [true, 0],
    [false, 50],
    [true, 100],
    [false, 300],
  ];
  expect(run(new Debounce(options), levels, 1000)).toEqual([
    [true, 20],
    [false, 70],
    [true, 220],
    [false, 320],
  ]);
});

test('a second press that ends within the lock-out does not count', () => {
  const machine = new Debounce(options);
  const levels: [boolean, number][] = [
    [true, 0],
    [false, 50],
    [true, 100],
    [false, 150],
  ];
  expect(run(machine, levels, 1000)).toEqual([
    [true, 20],
    [false, 70],
  ]);
  expect(machine.glitches).toBe(0);
});

test('the level at the start is no change', () => {
  const machine = new Debounce({...options, initial: true});
  expect(machine.active).toBe(true);
  expect(machine.dueAt).toBeUndefined();
});

test('nothing is accepted early', () => {
  const machine = new Debounce(options);
  machine.input(true, 0);
  expect(machine.accept(19.999)).toBe(false);
  expect(machine.accept(20)).toBe(true);
  expect(machine.accept(20)).toBe(false);
});

test('whatever the contact does: changes alternate, last, and presses keep the lock-out apart', () => {
  const gaps = fc.array(fc.integer({min: 0, max: 120}), {maxLength: 60});
  fc.assert(
    fc.property(gaps, (waits) => {
      let at = 0;
      const levels = waits.map((wait, index): [boolean, number] => {
        at += wait;
        return [index % 2 === 0, at];
      });
      const changes = run(new Debounce(options), levels, at + 1000);
      let lastPress = Number.NEGATIVE_INFINITY;
      for (const [index, [active, time]] of changes.entries()) {
        expect(active).toBe(index % 2 === 0);
        const recent = levels.filter(([, when]) => when > time - options.debounceMs && when < time);
        expect(recent).toEqual([]);
        if (active) expect(time - lastPress).toBeGreaterThanOrEqual(options.lockOutMs);
        if (active) lastPress = time;
      }
      expect(changes.at(-1)?.[0] ?? false).toBe(levels.at(-1)?.[0] ?? false);
    }),
  );
});

import fc from 'fast-check';
import {expect, test} from 'vitest';
import {boards} from '../../boards/index.ts';
import type {BoardDefinition} from '../../hal/board-definition.ts';
import {checkBoard} from '../../hal/check-board.ts';

const pi = boards.get('raspberry-pi-4')!;

type Path = readonly (string | number)[];

/** A copy of a board with something else at a place. */
function changed(board: BoardDefinition, path: Path, value: unknown): BoardDefinition {
  const copy = structuredClone(board) as unknown as Record<string | number, unknown>;
  let group = copy;
  for (const step of path.slice(0, -1)) group = group[step] as Record<string | number, unknown>;
  group[path.at(-1)!] = value;
  return copy as unknown as BoardDefinition;
}

/** Every place in a board's file. */
function placesIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return path.length > 0 ? [path] : [];
  const inside = Object.entries(value).flatMap(([key, child]) =>
    placesIn(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length > 0 ? [path, ...inside] : inside;
}

test.each([
  [['driver'], 'magic', 'driver: there is no such driver: it must be simulated or gpio'],
  [['name'], 'Pi 4', 'name: must be a name of small letters, digits and hyphens'],
  [['inputs', 1, 'name'], '', 'inputs.1.name: must be a name of small letters, digits and hyphens'],
  [['inputs', 1, 'pin', 'bias'], 'up', 'inputs.1.pin.bias: must be pull-up, pull-down or none'],
  [['inputs', 1, 'pin', 'line'], 'GPIO\n17', 'inputs.1.pin.line: must be the name of a line in ASCII'],
  [
    ['inputs', 1, 'pin', 'line'],
    '9J3 Switch HDMI CEC/7J1 Header Pin11',
    'inputs.1.pin.line: must have at most 31 characters: the kernel cuts it there',
  ],
  [['inputs', 0, 'pin', 'header'], 0, 'inputs.0.pin.header: must be the number of a pin, from 1 on'],
  [['outputs', 2, 'pin', 'active'], true, 'outputs.2.pin.active: must be low or high'],
  [['outputs', 2, 'bias'], 'pull-up', 'outputs.2.bias: there is no such field'],
  [['inputs', 0, 'debounceMs'], Number.NaN, 'inputs.0.debounceMs: must be a time in ms'],
  [['light', 'kind'], 'candle', 'light.kind: must be of the kind simulated, ws2812, lines or leds'],
  [['light', 'device'], 'spidev0.0', 'light.device: must be a device file in /dev'],
  [
    ['soundCards', 1, 'card'],
    'hw:1',
    'soundCards.1.card: must be the id of an ALSA card: letters, digits and _',
  ],
  [['soundTiming'], {periodMs: 0, bufferMs: 200}, 'soundTiming.periodMs: must be a time in ms, 2 to 40'],
  [['image', 'kernel'], 'sid', 'image.kernel: must be trixie or trixie-backports'],
] as const)('%j as %j is told with its place', (path, value, message) => {
  const [first] = checkBoard(changed(pi, path, value));
  expect(first?.startsWith(message)).toBe(true);
});

test.each([
  [['inputs', 0, 'pin', 'header'], 41, 'button-1 is on pin 41 of a header that has 40 pins'],
  [['inputs', 0, 'pin', 'header'], 7, 'button-1 is on pin 7, which is GPIO4, not GPIO17'],
  [['soundCards', 1, 'pins'], [99], 'WM8960 Audio HAT is on pin 99 of a header that has 40 pins'],
  [['soundCards', 1, 'card'], 'Device', 'two sound cards are called Device'],
  [['outputs', 3, 'name'], 'button-2', 'two lines are called button-2'],
  [['inputs', 9, 'pin'], undefined, 'input-6 has no pin'],
] as const)('%j as %j contradicts the rest', (path, value, message) => {
  expect(checkBoard(changed(pi, path, value))).toContain(message);
});

test('whatever stands at a place is judged without an error being thrown, and what is told names a place', () => {
  const place = fc.constantFrom(
    ...[...boards.values()].flatMap((board) => placesIn(board).map((path) => ({board, path}))),
  );
  fc.assert(
    fc.property(place, fc.anything({withNullPrototype: true}), ({board, path}, value) => {
      const problems = checkBoard(changed(board, path, value));
      for (const problem of problems) expect(problem.length).toBeGreaterThan(5);
      if (typeof value !== 'symbol') return;
      // No place takes a symbol: the message begins with the place, or with what that is part of.
      expect(problems.some((problem) => problem.startsWith(`${path[0]}`))).toBe(true);
    }),
    {numRuns: 500},
  );
});

test('a place that is missing is told', () => {
  for (const path of placesIn(pi).filter((one) => typeof one.at(-1) === 'string')) {
    const without = changed(pi, path, undefined);
    const problems = checkBoard(without);
    const mayMissing = ['pin', 'light', 'image', 'chip'].includes(String(path.at(-1)));
    if (!mayMissing) expect(problems, path.join('.')).not.toEqual([]);
  }
});

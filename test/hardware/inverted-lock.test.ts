import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {board as virtualMachine} from '../../boards/virtual-machine.ts';
import {systemClock as clock} from '../../firmware/base/clock.ts';
import {openBoard} from '../../hal/open-board.ts';
import {withUsedLines} from '../../hal/used-lines.ts';
import {GpioSim} from './support/gpio-sim.ts';

const TRACING = '/sys/kernel/tracing';

/** Has the kernel keep a record of every level that it sets on any GPIO line, until the end of the test. */
function recordLevels({onTestFinished}: {onTestFinished(callback: () => void): void}): () => string[] {
  if (!existsSync(join(TRACING, 'trace'))) spawnSync('/bin/mount', ['-t', 'tracefs', 'nodev', TRACING]);
  const events = join(TRACING, 'events/gpio/enable');
  writeFileSync(join(TRACING, 'trace'), '');
  writeFileSync(events, '1');
  onTestFinished(() => writeFileSync(events, '0'));
  return () => readFileSync(join(TRACING, 'trace'), 'utf8').match(/(?<=gpio_value: \d+ )set \d/g) ?? [];
}

const relay = (inverted: boolean) =>
  withUsedLines(virtualMachine, {
    inputs: new Set(),
    outputs: new Set(['relay-1']),
    inverted: new Set(inverted ? ['relay-1'] : []),
  });

test('a lock that opens without current has it from the first moment to the last, but while the door is open', (context) => {
  const sim = GpioSim.make(context);
  sim.pull('GPIO23', 'up');
  const levels = recordLevels(context);
  const board = openBoard(relay(true), {clock});
  expect([...new Set(levels())]).toEqual(['set 1']);
  board.outputs.get('relay-1')!.set(true);
  expect(levels().at(-1)).toBe('set 0');
  board.outputs.get('relay-1')!.set(false);
  const before = levels().length;
  expect(levels().at(-1)).toBe('set 1');
  board.close();
  expect([...new Set(levels().slice(before - 1))]).toEqual(['set 1']);
  expect(sim.level('GPIO23')).toBe('high');
});

test('an ordinary lock has none, from the first moment to the last', (context) => {
  GpioSim.make(context);
  const levels = recordLevels(context);
  openBoard(relay(false), {clock}).close();
  expect([...new Set(levels())]).toEqual(['set 0']);
});

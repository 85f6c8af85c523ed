/** What is different where a kernel has only its old interface to GPIO lines; see lines.test.ts for the rest. */
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {setTimeout as wait} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {expect, test, vi} from 'vitest';
import {board as virtualMachine} from '../../boards/virtual-machine.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSim, openBoard, openButton, refused, slowButton} from './support/gpio-board.ts';

const SYSFS = '/sys/class/gpio';
const relayHolder = fileURLToPath(new URL('support/relay-holder.ts', import.meta.url));
const driver = 'sysfs';

const exported = () => readdirSync(SYSFS).filter((name) => /^gpio\d+$/.test(name));

test('its lines are given back when a board closes', (context) => {
  makeSim(context, driver);
  const board = openBoard(context);
  expect(exported()).toHaveLength(virtualMachine.inputs.length + virtualMachine.outputs.length);
  board.close();
  expect(exported()).toEqual([]);
});

test('bouncing is one press; a glitch is none, and counted where it was seen', async (context) => {
  const {sim, input, levels} = openButton(context, driver, slowButton);
  sim.pull('GPIO17', 'down');
  await wait(1000);
  sim.pull('GPIO17', 'up');
  await vi.waitFor(() => expect(input.glitches).toBe(1), 10_000);
  for (let bounce = 0; bounce < 21; bounce += 1) sim.pull('GPIO17', bounce % 2 === 0 ? 'down' : 'up');
  await vi.waitFor(() => expect(levels()).toEqual([true]), 10_000);
});

test('its lines are given back when a program ends', async (context) => {
  makeSim(context, driver);
  const holder = startRun(context).processes.start(process.execPath, [relayHolder, 'end']);
  expect(await holder.waitForExit(40_000)).toBe(0);
  expect(exported()).toEqual([]);
});

test('a line that is held elsewhere is refused, and nothing else stays taken', (context) => {
  makeSim(context, driver, {hogs: {GPIO17: 'buzzer'}});
  expect(refused(context)).toContain('the GPIO line for button-1 is held by the kernel or another program');
  expect(exported()).toEqual([]);
});

test.for([
  [{label: 'another'}, 'there is no GPIO chip labelled "doorline-test"'],
  [{lines: 20}, 'there is no GPIO line GPIO23 (for relay-1): the chip has GPIO0 to GPIO19'],
] as const)('a chip that fits badly is told of: %o', ([settings, words], context) => {
  makeSim(context, driver, settings);
  expect(refused(context)).toContain(words);
});

test('two chips of one label are refused', (context) => {
  for (let count = 0; count < 2; count += 1) makeSim(context, driver);
  expect(refused(context)).toContain('there are several GPIO chips labelled "doorline-test"');
});

test('a line that was left inverted is taken as it should be', (context) => {
  const sim = makeSim(context, driver);
  const [chip] = readdirSync(SYSFS).filter((name) => /^gpiochip/.test(name));
  const line = Number(readFileSync(`${SYSFS}/${chip}/base`, 'utf8')) + 23;
  writeFileSync(`${SYSFS}/export`, String(line));
  writeFileSync(`${SYSFS}/gpio${line}/active_low`, '1');
  openBoard(context, {inputs: []}).outputs.get('relay-1')!.set(true);
  expect(sim.level('GPIO23')).toBe('high');
});

import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {setTimeout as wait} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {expect, test, vi} from 'vitest';
import {board as virtualMachine} from '../../boards/virtual-machine.ts';
import {systemClock as clock} from '../../firmware/base/clock.ts';
import type {BoardDefinition, InputDefinition} from '../../hal/board-definition.ts';
import {GpioBoard} from '../../hal/gpio/gpio-board.ts';
import {type Board, HardwareError} from '../../hal/hal.ts';
import {startRun} from '../support/run-folder.ts';
import {GpioSim} from './support/gpio-sim.ts';

const SYSFS = '/sys/class/gpio';
const relayHolder = fileURLToPath(new URL('support/relay-holder.ts', import.meta.url));

const button = virtualMachine.inputs.find(({name}) => name === 'button-1')!;
const slowButton = {...button, debounceMs: 3000, lockOutMs: 0};

interface Context {
  onTestFinished(callback: () => void): void;
}

/** A chip without a device file. */
function makeSim(context: Context, settings: Parameters<typeof GpioSim.make>[1] = {}): GpioSim {
  const sim = GpioSim.make(context, settings);
  sim.hideDevice();
  return sim;
}

function open(context: Context, changes: Partial<BoardDefinition> = {}): Board {
  const board = new GpioBoard({...virtualMachine, ...changes}, clock);
  context.onTestFinished(() => board.close());
  return board;
}

function openButton(context: Context, definition: InputDefinition = button) {
  const sim = makeSim(context);
  sim.pull('GPIO17', 'up');
  const input = open(context, {inputs: [definition]}).inputs.get('button-1')!;
  const changes: boolean[] = [];
  input.onChange = (active) => changes.push(active);
  return {sim, input, changes};
}

const exported = () => readdirSync(SYSFS).filter((name) => /^gpio\d+$/.test(name));

test('a button is pressed and released, and its line given back', async (context) => {
  const sim = makeSim(context);
  sim.pull('GPIO17', 'up');
  const board = open(context);
  const input = board.inputs.get('button-1')!;
  const changes: boolean[] = [];
  input.onChange = (active) => changes.push(active);
  expect(input.active).toBe(false);
  sim.pull('GPIO17', 'down');
  await vi.waitFor(() => expect(changes).toEqual([true]), 10_000);
  sim.pull('GPIO17', 'up');
  await vi.waitFor(() => expect(changes).toEqual([true, false]), 10_000);
  board.close();
  expect(exported()).toEqual([]);
});

test('a button that is held while the board opens is pressed from the start', async (context) => {
  const sim = makeSim(context);
  sim.pull('GPIO17', 'down');
  const input = open(context).inputs.get('button-1')!;
  const changes: boolean[] = [];
  input.onChange = (active) => changes.push(active);
  expect(input.active).toBe(true);
  sim.pull('GPIO17', 'up');
  await vi.waitFor(() => expect(changes).toEqual([false]), 10_000);
});

test('bouncing is one press; a glitch is none, and counted where it was seen', async (context) => {
  const {sim, input, changes} = openButton(context, slowButton);
  sim.pull('GPIO17', 'down');
  await wait(1000);
  sim.pull('GPIO17', 'up');
  await vi.waitFor(() => expect(input.glitches).toBe(1), 10_000);
  for (let bounce = 0; bounce < 21; bounce += 1) sim.pull('GPIO17', bounce % 2 === 0 ? 'down' : 'up');
  await vi.waitFor(() => expect(changes).toEqual([true]), 10_000);
});

test('an output is off when the board opens, follows what it is set to, and is off when it closes', (context) => {
  const sim = makeSim(context);
  sim.pull('GPIO23', 'up');
  const board = open(context);
  const relay = board.outputs.get('relay-1')!;
  expect([relay.active, sim.level('GPIO23')]).toEqual([false, 'low']);
  relay.set(true);
  expect([relay.active, sim.level('GPIO23')]).toEqual([true, 'high']);
  relay.set(false);
  expect([relay.active, sim.level('GPIO23')]).toEqual([false, 'low']);
  relay.set(true);
  sim.pull('GPIO23', 'down');
  board.close();
  relay.set(true);
  expect([relay.active, sim.level('GPIO23')]).toEqual([false, 'low']);
});

test('outputs that switch on at low, or are inverted, are high while they are off', (context) => {
  const sim = makeSim(context);
  const [relay] = virtualMachine.outputs;
  const low = {name: 'relay-2', pin: {line: 'GPIO25', header: 22, active: 'low'}} as const;
  const board = open(context, {outputs: [{...relay!, inverted: true}, low]});
  const levels = () => ['GPIO23', 'GPIO25'].map((line) => sim.level(line));
  expect(levels()).toEqual(['high', 'high']);
  for (const {set} of board.outputs.values()) set(true);
  expect(levels()).toEqual(['low', 'low']);
});

test('a killed program leaves a relay on, and the next one switches it off', async (context) => {
  const sim = makeSim(context);
  sim.pull('GPIO23', 'down');
  const run = startRun(context);
  const holder = run.processes.start(process.execPath, [relayHolder]);
  await holder.waitForOutput(/the relay is on/, 40_000);
  holder.signal('SIGKILL');
  await holder.waitForExit(10_000);
  expect(sim.level('GPIO23')).toBe('high');
  open(context);
  expect(sim.level('GPIO23')).toBe('low');
});

test('a program that ends leaves a relay off', async (context) => {
  const sim = makeSim(context);
  sim.pull('GPIO23', 'up');
  const run = startRun(context);
  const holder = run.processes.start(process.execPath, [relayHolder, 'end']);
  expect(await holder.waitForExit(40_000)).toBe(0);
  expect(holder.output).toContain('the relay is on');
  expect(exported()).toEqual([]);
});

test('a line that is held elsewhere is refused, and nothing else stays taken', (context) => {
  makeSim(context, {hogs: {GPIO17: 'buzzer'}});
  expect(refused(context)).toContain('the GPIO line for button-1 is held by the kernel or another program');
  expect(exported()).toEqual([]);
});

test.for([
  [{label: 'another'}, 'there is no GPIO chip labelled "doorline-test"'],
  [{lines: 20}, 'there is no GPIO line GPIO23 (for relay-1): the chip has GPIO0 to GPIO19'],
] as const)('a chip that fits badly is told of: %o', ([settings, words], context) => {
  makeSim(context, settings);
  expect(refused(context)).toContain(words);
});

test('two chips of one label are refused', (context) => {
  for (let count = 0; count < 2; count += 1) makeSim(context);
  expect(refused(context)).toContain('there are several GPIO chips labelled "doorline-test"');
});

test('a line that was left inverted is taken as it should be', (context) => {
  const sim = makeSim(context);
  const [chip] = readdirSync(SYSFS).filter((name) => /^gpiochip/.test(name));
  const line = Number(readFileSync(`${SYSFS}/${chip}/base`, 'utf8')) + 23;
  writeFileSync(`${SYSFS}/export`, String(line));
  writeFileSync(`${SYSFS}/gpio${line}/active_low`, '1');
  open(context, {inputs: []}).outputs.get('relay-1')!.set(true);
  expect(sim.level('GPIO23')).toBe('high');
});

function refused(context: Context): string {
  try {
    open(context);
  } catch (error) {
    if (error instanceof HardwareError) return error.message;
    throw error;
  }
  throw new Error('the board has opened');
}

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

const relayHolder = fileURLToPath(new URL('support/relay-holder.ts', import.meta.url));

const [button] = virtualMachine.inputs as readonly [InputDefinition];
/** Everything may be slow here: what is too short has to be far from what is long enough. The kernel waits for a quarter of it. */
const slowButton = {...button, debounceMs: 3000, lockOutMs: 0};

interface Context {
  onTestFinished(callback: () => void): void;
}

/** Not as the firmware does it: that refuses debounce times as long as these tests need. */
function open(context: Context, changes: Partial<BoardDefinition> = {}): Board {
  const board = new GpioBoard({...virtualMachine, ...changes}, clock);
  context.onTestFinished(() => board.close());
  return board;
}

/** A board with one button, released, and what it reports. */
function openButton(context: Context, definition: InputDefinition = button) {
  const sim = GpioSim.make(context);
  sim.pull('GPIO17', 'up');
  const input = open(context, {inputs: [definition]}).inputs.get('button-1')!;
  const changes: [boolean, number][] = [];
  input.onChange = (active, at) => changes.push([active, at]);
  return {sim, input, changes};
}

test('a button that closes to ground is pressed, and released', async (context) => {
  const {sim, input, changes} = openButton(context);
  expect(input.active).toBe(false);
  const start = clock.now();
  sim.pull('GPIO17', 'down');
  await vi.waitFor(() => expect(changes).toHaveLength(1), 10_000);
  expect(input.active).toBe(true);
  expect(changes[0]![1] - start).toBeGreaterThanOrEqual(button.debounceMs);
  sim.pull('GPIO17', 'up');
  await vi.waitFor(() => expect(changes.map(([active]) => active)).toEqual([true, false]), 10_000);
});

test('a button that is held while the board opens is pressed from the start, and that is no change', async (context) => {
  const sim = GpioSim.make(context);
  sim.pull('GPIO17', 'down');
  // The simulated chip takes a bias for the pull of the contact.
  const unbiased = {...button, pin: {...button.pin!, bias: 'none'}} as const;
  const input = open(context, {inputs: [unbiased]}).inputs.get('button-1')!;
  const changes: boolean[] = [];
  input.onChange = (active) => changes.push(active);
  expect(input.active).toBe(true);
  sim.pull('GPIO17', 'up');
  await vi.waitFor(() => expect(changes).toEqual([false]), 10_000);
});

test('a contact that bounces is one press, and the kernel keeps the bouncing to itself', async (context) => {
  const {sim, input, changes} = openButton(context, slowButton);
  for (let bounce = 0; bounce < 21; bounce += 1) sim.pull('GPIO17', bounce % 2 === 0 ? 'down' : 'up');
  await vi.waitFor(() => expect(changes.map(([active]) => active)).toEqual([true]), 10_000);
  expect(input.glitches).toBe(0);
});

test('a glitch that outlasts the bouncing of a contact, but not the debounce time, is no press and is counted', async (context) => {
  const {sim, input, changes} = openButton(context, slowButton);
  sim.pull('GPIO17', 'down');
  await wait(1000);
  sim.pull('GPIO17', 'up');
  await vi.waitFor(() => expect(input.glitches).toBe(1), 10_000);
  expect(changes).toEqual([]);
});

test('a press that was over before the program had time to look is judged by its length', async (context) => {
  const {sim, input, changes} = openButton(context, slowButton);
  sim.pull('GPIO17', 'down');
  sleepWithoutLooking(1000);
  sim.pull('GPIO17', 'up');
  sleepWithoutLooking(1000);
  sim.pull('GPIO17', 'down');
  sleepWithoutLooking(3500);
  sim.pull('GPIO17', 'up');
  await vi.waitFor(() => expect(changes.map(([active]) => active)).toEqual([true, false]), 10_000);
  expect(input.glitches).toBe(1);
});

test('a press that the kernel has forgotten over the storm on another line is noticed all the same', async (context) => {
  const sim = GpioSim.make(context);
  const quick = {debounceMs: 8, lockOutMs: 0};
  const other = {...button, name: 'button-2', pin: {...button.pin!, line: 'GPIO27', header: 13}};
  const board = open(context, {
    inputs: [
      {...button, ...quick},
      {...other, ...quick},
    ],
  });
  sim.pull('GPIO27', 'down');
  for (let change = 0; change < 101; change += 1) {
    sleepWithoutLooking(12);
    sim.pull('GPIO17', change % 2 === 0 ? 'down' : 'up');
  }
  const pressed = () => ['button-1', 'button-2'].map((name) => board.inputs.get(name)!.active);
  await vi.waitFor(() => expect(pressed()).toEqual([true, true]), 10_000);
});

test('an output is off when the board opens, follows what it is set to, and is off when it closes', (context) => {
  const sim = GpioSim.make(context);
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

test('an output that switches on at low is high while it is off', (context) => {
  const sim = GpioSim.make(context);
  const relay = {name: 'relay-2', pin: {line: 'GPIO24', header: 18, active: 'low'}} as const;
  const board = open(context, {outputs: [...virtualMachine.outputs, relay]});
  expect(['GPIO23', 'GPIO24'].map((line) => sim.level(line))).toEqual(['low', 'high']);
  board.outputs.get('relay-2')!.set(true);
  expect(['GPIO23', 'GPIO24'].map((line) => sim.level(line))).toEqual(['low', 'low']);
});

test('the load of an inverted output is under current from the start to the end, but while it is active', (context) => {
  const sim = GpioSim.make(context);
  const [relay] = virtualMachine.outputs;
  const board = open(context, {outputs: [{...relay!, inverted: true}]});
  const output = board.outputs.get('relay-1')!;
  expect([output.active, sim.level('GPIO23')]).toEqual([false, 'high']);
  output.set(true);
  expect([output.active, sim.level('GPIO23')]).toEqual([true, 'low']);
  output.set(false);
  expect([output.active, sim.level('GPIO23')]).toEqual([false, 'high']);
});

test('lines on two chips are found by their names', (context) => {
  const first = GpioSim.make(context, {prefix: 'EXPANDER'});
  const second = GpioSim.make(context);
  const relay = {name: 'relay-2', pin: {line: 'EXPANDER3', header: 18, active: 'high'}} as const;
  const board = open(context, {outputs: [...virtualMachine.outputs, relay]});
  board.outputs.get('relay-2')!.set(true);
  board.outputs.get('relay-1')!.set(true);
  expect([first.level('EXPANDER3'), second.level('GPIO23')]).toEqual(['high', 'high']);
});

test('lines without names are found by their numbers, on the chip with the label of the board', (context) => {
  GpioSim.make(context, {prefix: '', label: 'another'});
  const sim = GpioSim.make(context, {prefix: ''});
  const board = open(context);
  board.outputs.get('relay-1')!.set(true);
  expect(sim.level('GPIO23')).toBe('high');
  expect(refused(context)).toContain('the GPIO line GPIO23 (for relay-1) is held by "doorline"');
  expect(refused(context, {chip: 'none'})).toContain('the lines of this machine have no names');
});

test('a line that the kernel or another program holds is named with its holder', (context) => {
  GpioSim.make(context, {hogs: {GPIO17: 'buzzer'}});
  const refusal = refused(context);
  expect(refusal).toContain('the GPIO line GPIO17 (for button-1) is held by "buzzer"');
  expect(refusal).not.toContain('GPIO23');
});

test('a board that is opened twice says who has it', (context) => {
  GpioSim.make(context);
  open(context);
  expect(refused(context)).toMatch(
    /GPIO17 \(for button-1\) is held by "doorline".*GPIO23 .* held by "doorline"/,
  );
});

test('a line that does not exist is refused with the names that are near', (context) => {
  GpioSim.make(context);
  const pin = {line: 'GPIO117', header: 16, active: 'high'} as const;
  expect(refused(context, {outputs: [{name: 'relay-1', pin}]})).toMatch(
    /there is no GPIO line GPIO117 \(for relay-1\): near it are GPIO1[17], GPIO1[17]/,
  );
});

test('two chips with lines of one name are refused with both', (context) => {
  const chips = [GpioSim.make(context), GpioSim.make(context)].map(({chip}) => `/dev/${chip}`);
  expect(refused(context)).toMatch(/there are several GPIO lines GPIO17 \(for button-1\): on \S+ and \S+/);
  for (const chip of chips) expect(refused(context)).toContain(chip);
});

test('a machine without GPIO is told so', (context) => {
  expect(refused(context)).toContain(
    'there is no /dev/gpiochip0: this machine has no GPIO, or no driver for it',
  );
});

test('a board that could not open has taken nothing', (context) => {
  GpioSim.make(context, {hogs: {GPIO17: 'buzzer'}});
  refused(context);
  open(context, {inputs: []});
});

test('a board keeps no program from ending, and its outputs are off then', async (context) => {
  const sim = GpioSim.make(context);
  const run = startRun(context);
  const holder = run.processes.start(process.execPath, [relayHolder, 'end']);
  expect(await holder.waitForExit(40_000)).toBe(0);
  expect(holder.output).toContain('the relay is on');
  expect(sim.level('GPIO23')).toBe('low');
});

test.for([
  {resistor: 'down', left: 'low'},
  {resistor: 'up', left: 'high'},
] as const)(
  'a killed program leaves a relay to the driver of its chip: here, to the resistor that pulls it $resistor',
  async ({resistor, left}, context) => {
    const sim = GpioSim.make(context);
    sim.pull('GPIO23', resistor);
    const run = startRun(context);
    const holder = run.processes.start(process.execPath, [relayHolder]);
    await holder.waitForOutput(/the relay is on/, 40_000);
    expect(sim.level('GPIO23')).toBe('high');
    holder.signal('SIGKILL');
    await holder.waitForExit(10_000);
    await vi.waitFor(() => expect(sim.level('GPIO23')).toBe(left), 10_000);
    open(context);
    expect(sim.level('GPIO23')).toBe('low');
  },
);

function refused(context: Context, changes: Partial<BoardDefinition> = {}): string {
  try {
    open(context, changes);
  } catch (error) {
    if (error instanceof HardwareError) return error.message;
    throw error;
  }
  throw new Error('the board has opened');
}

/** As if the program were busy with something else. */
function sleepWithoutLooking(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

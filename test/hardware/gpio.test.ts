/** What only the kernel's present interface to GPIO lines, the character device, does; see lines.test.ts for the rest. */
import {setTimeout as wait} from 'node:timers/promises';
import {expect, test, vi} from 'vitest';
import {board as virtualMachine} from '../../boards/virtual-machine.ts';
import {
  button,
  openBoard,
  openButton,
  refused,
  sleepWithoutLooking,
  slowButton,
} from './support/gpio-board.ts';
import {GpioSim} from './support/gpio-sim.ts';

const driver = 'the character device';

test.for([
  ['pull-up', 'high'],
  ['pull-down', 'low'],
] as const)('an input has the resistor in the chip that it asks for: %s', ([bias, level], context) => {
  const sim = GpioSim.make(context);
  sim.pull('GPIO17', level === 'high' ? 'down' : 'up');
  openBoard(context, {inputs: [{...button, pin: {...button.pin!, bias}}]});
  expect(sim.level('GPIO17')).toBe(level);
});

test('a contact that bounces is one press, and the kernel keeps the bouncing to itself', async (context) => {
  const {sim, input, levels} = openButton(context, driver, slowButton);
  for (let bounce = 0; bounce < 21; bounce += 1) sim.pull('GPIO17', bounce % 2 === 0 ? 'down' : 'up');
  await vi.waitFor(() => expect(levels()).toEqual([true]), 10_000);
  expect(input.glitches).toBe(0);
});

test('a glitch that outlasts the bouncing of a contact, but not the debounce time, is no press and is counted', async (context) => {
  const {sim, input, levels} = openButton(context, driver, slowButton);
  sim.pull('GPIO17', 'down');
  await wait(1000);
  sim.pull('GPIO17', 'up');
  await vi.waitFor(() => expect(input.glitches).toBe(1), 10_000);
  expect(levels()).toEqual([]);
});

test('a press that was over before the program had time to look is judged by its length', async (context) => {
  const {sim, input, levels} = openButton(context, driver, slowButton);
  sim.pull('GPIO17', 'down');
  sleepWithoutLooking(1000);
  sim.pull('GPIO17', 'up');
  sleepWithoutLooking(1000);
  sim.pull('GPIO17', 'down');
  sleepWithoutLooking(3500);
  sim.pull('GPIO17', 'up');
  await vi.waitFor(() => expect(levels()).toEqual([true, false]), 10_000);
  expect(input.glitches).toBe(1);
});

test('a press that the kernel has forgotten over the storm on another line is noticed all the same', async (context) => {
  const sim = GpioSim.make(context);
  const quick = {debounceMs: 8, lockOutMs: 0};
  const other = {...button, name: 'button-2', pin: {...button.pin!, line: 'GPIO27', header: 13}};
  const board = openBoard(context, {
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

test('lines on two chips are found by their names', (context) => {
  const first = GpioSim.make(context, {prefix: 'EXPANDER'});
  const second = GpioSim.make(context);
  const relay = {name: 'relay-2', pin: {line: 'EXPANDER3', header: 18, active: 'high'}} as const;
  const board = openBoard(context, {outputs: [...virtualMachine.outputs, relay]});
  board.outputs.get('relay-2')!.set(true);
  board.outputs.get('relay-1')!.set(true);
  expect([first.level('EXPANDER3'), second.level('GPIO23')]).toEqual(['high', 'high']);
});

test('lines without names are found by their numbers, on the chip with the label of the board', (context) => {
  GpioSim.make(context, {prefix: '', label: 'another'});
  const sim = GpioSim.make(context, {prefix: ''});
  const board = openBoard(context);
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
  openBoard(context);
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
  openBoard(context, {inputs: []});
});

test('a chip that is gone keeps the relay at another from nothing: its buttons are released, the relay is switched off', async (context) => {
  const gone = GpioSim.make(context, {prefix: 'EXPANDER'});
  const sim = GpioSim.make(context);
  gone.pull('EXPANDER17', 'down');
  const bell = {...button, pin: {...button.pin!, line: 'EXPANDER17', bias: 'none'}} as const;
  const relay = {name: 'relay-2', pin: {line: 'EXPANDER3', header: 18, active: 'high'}} as const;
  const board = openBoard(context, {inputs: [bell], outputs: [relay, ...virtualMachine.outputs]});
  const input = board.inputs.get('button-1')!;
  expect(input.active).toBe(true);
  board.outputs.get('relay-1')!.set(true);
  gone.unplug();
  await vi.waitFor(() => expect(input.active).toBe(false), 10_000);
  expect(() => board.outputs.get('relay-2')!.set(true)).toThrow(/ENODEV|no such device/i);
  expect(() => board.close()).toThrow(/ENODEV|no such device/i);
  expect(sim.level('GPIO23')).toBe('low');
  expect(() => openBoard(context, {inputs: []})).not.toThrow();
});

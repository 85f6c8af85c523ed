import {board as virtualMachine} from '../../../boards/virtual-machine.ts';
import {systemClock as clock} from '../../../firmware/base/clock.ts';
import type {BoardDefinition, InputDefinition} from '../../../hal/board-definition.ts';
import {GpioBoard} from '../../../hal/gpio/gpio-board.ts';
import {type Board, HardwareError} from '../../../hal/hal.ts';
import {GpioSim} from './gpio-sim.ts';

interface Context {
  onTestFinished(callback: () => void): void;
}

/** The kernel's two ways to the lines of a chip. */
export type DriverName = 'the character device' | 'sysfs';

export const button = virtualMachine.inputs.find(({name}) => name === 'button-1')!;
/** Everything may be slow here: what is too short has to be far from what is long enough. The kernel waits for a quarter of it. */
export const slowButton = {...button, debounceMs: 3000, lockOutMs: 0};

/** A simulated chip whose lines can be had by this driver. */
export function makeSim(
  context: Context,
  driver: DriverName,
  settings: Parameters<typeof GpioSim.make>[1] = {},
): GpioSim {
  const sim = GpioSim.make(context, settings);
  if (driver === 'sysfs') sim.hideDevice();
  return sim;
}

/** The board of the virtual machine. Not as the firmware opens it: that refuses debounce times as long as these tests need. */
export function openBoard(context: Context, changes: Partial<BoardDefinition> = {}): Board {
  const board = new GpioBoard({...virtualMachine, ...changes}, clock);
  context.onTestFinished(() => board.close());
  return board;
}

/** A board with one button, released, and what it reports. */
export function openButton(context: Context, driver: DriverName, definition: InputDefinition = button) {
  const sim = makeSim(context, driver);
  sim.pull('GPIO17', 'up');
  const board = openBoard(context, {inputs: [definition]});
  const input = board.inputs.get('button-1')!;
  const changes: [boolean, number][] = [];
  input.onChange = (active, at) => changes.push([active, at]);
  const levels = () => changes.map(([active]) => active);
  return {sim, board, input, changes, levels};
}

/** Why the board does not open. */
export function refused(context: Context, changes: Partial<BoardDefinition> = {}): string {
  try {
    openBoard(context, changes);
  } catch (error) {
    if (error instanceof HardwareError) return error.message;
    throw error;
  }
  throw new Error('the board has opened');
}

/** As if the program were busy with something else. */
export function sleepWithoutLooking(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

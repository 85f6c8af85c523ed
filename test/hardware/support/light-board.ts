import {board as virtualMachine} from '../../../boards/virtual-machine.ts';
import {systemClock as clock} from '../../../firmware/base/clock.ts';
import type {LightDefinition} from '../../../hal/board-definition.ts';
import {openBoard} from '../../../hal/open-board.ts';

interface Context {
  onTestFinished(callback: () => void): void;
}

/** A board with nothing but a light. */
export function openLightBoard(context: Context, light: LightDefinition) {
  const warnings: string[] = [];
  const warn = (text: string) => warnings.push(text);
  const board = openBoard({...virtualMachine, inputs: [], outputs: [], light}, {clock, warn});
  context.onTestFinished(() => board.close());
  const show = (red: number, green: number, blue: number) =>
    board.light!.show(Uint8Array.of(red, green, blue), 1);
  return {board, warnings, show};
}

import type {BoardDefinition} from '../hal/board-definition.ts';
import {board as lePotato} from './le-potato.ts';
import {board as pc} from './pc.ts';
import {board as raspberryPi3} from './raspberry-pi-3.ts';
import {board as raspberryPi4} from './raspberry-pi-4.ts';
import {board as raspberryPi5} from './raspberry-pi-5.ts';
import {board as raspberryPiZero2W} from './raspberry-pi-zero-2-w.ts';
import {board as simulated} from './simulated.ts';
import {board as virtualMachine} from './virtual-machine.ts';

/** Every board by the name that a configuration gives it. */
export const boards: ReadonlyMap<string, BoardDefinition> = new Map(
  [simulated, pc, raspberryPi3, raspberryPi4, raspberryPi5, raspberryPiZero2W, lePotato, virtualMachine].map(
    (board) => [board.name, board],
  ),
);

/** The board that has one of these names in its device tree. */
export function boardCalled(compatible: readonly string[]): BoardDefinition | undefined {
  return [...boards.values()].find((board) => board.compatible.some((name) => compatible.includes(name)));
}

import type {BoardDefinition} from '../hal/board-definition.ts';
import {board as pc} from './pc.ts';
import {board as raspberryPi4} from './raspberry-pi-4.ts';
import {board as simulated} from './simulated.ts';
import {board as virtualMachine} from './virtual-machine.ts';

/** Every board by the name that a configuration gives it. */
export const boards: ReadonlyMap<string, BoardDefinition> = new Map(
  [simulated, pc, raspberryPi4, virtualMachine].map((board) => [board.name, board]),
);

/** A program of its own that switches a relay on, and then holds it, or with the argument `end` comes to its end. */
import {board as virtualMachine} from '../../../boards/virtual-machine.ts';
import {systemClock as clock} from '../../../firmware/base/clock.ts';
import {openBoard} from '../../../hal/open-board.ts';

const board = openBoard(virtualMachine, {clock});
board.outputs.get('relay-1')!.set(true);
process.stdout.write('the relay is on\n');
if (process.argv[2] !== 'end') setInterval(() => {}, 1000);

import {type BoardDefinition, checkBoard} from './board-definition.ts';
import {GpioBoard} from './gpio/gpio-board.ts';
import {type Board, type Clock, HardwareError} from './hal.ts';
import {SimulatedBoard} from './simulated/simulated-board.ts';

/**
 * Opens a board with every output inactive.
 * @throws HardwareError that says what to do, where its definition contradicts itself or its hardware cannot be used.
 */
export function openBoard(definition: BoardDefinition, {clock}: {clock: Clock}): Board {
  const problems = checkBoard(definition);
  if (problems.length > 0) {
    throw new HardwareError(`the board ${definition.name} cannot be opened: ${problems.join('; ')}`);
  }
  if (definition.driver === 'simulated') return new SimulatedBoard(definition, clock);
  if (definition.light !== undefined) {
    throw new HardwareError(
      `the board ${definition.name} needs a driver for its light, which this version does not have yet. ` +
        'Use "board: simulated", or "board: pc" for a station without buttons and relays',
    );
  }
  return new GpioBoard(definition, clock);
}

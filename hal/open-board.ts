import type {BoardDefinition} from './board-definition.ts';
import {checkBoard} from './check-board.ts';
import {closeAll} from './close-all.ts';
import {GpioBoard} from './gpio/gpio-board.ts';
import {type Board, type Clock, HardwareError} from './hal.ts';
import type {LightDriver} from './light/light-driver.ts';
import {openLight} from './light/open-light.ts';
import {ModbusRelays} from './serial/modbus-relays.ts';
import {SimulatedBoard} from './simulated/simulated-board.ts';

/**
 * Opens a board with every output inactive. `warn` is told of what it can do without, the light.
 * @throws HardwareError that says what to do, where its definition contradicts itself or its hardware cannot be used.
 */
export function openBoard(
  definition: BoardDefinition,
  {clock, warn = () => {}}: {clock: Clock; warn?: (text: string) => void},
): Board {
  const problems = checkBoard(definition);
  if (problems.length > 0) {
    throw new HardwareError(`the board ${definition.name} cannot be opened: ${problems.join('; ')}`);
  }
  const own = definition.outputs.filter(({modbus}) => modbus === undefined);
  const board = openLines({...definition, outputs: own}, clock, warn);
  const relays = openRelays(definition, clock);
  if (relays.length === 0) return board;
  const {name, inputs, light, press} = board;
  const close = () => closeAll([board, ...relays]);
  const outputs = new Map([board, ...relays].flatMap((part) => [...part.outputs]));
  return {name, inputs, outputs, light, press, close};
}

/** Relays that other boards have, by the lines that lead to these. */
function openRelays({outputs}: BoardDefinition, clock: Clock): ModbusRelays[] {
  const relays = outputs.flatMap(({name, modbus, inverted = false}) =>
    modbus === undefined ? [] : [{name, inverted, ...modbus}],
  );
  return [...Map.groupBy(relays, ({port}) => port)].map(
    ([port, settings]) => new ModbusRelays(port, settings, clock),
  );
}

/** The board's own lines and its light. */
function openLines(definition: BoardDefinition, clock: Clock, warn: (text: string) => void): Board {
  if (definition.driver === 'simulated') return new SimulatedBoard(definition, clock);
  const board = new GpioBoard(definition, clock);
  const light = openLightOf(definition, warn);
  if (light === undefined) return board;
  const {name, inputs, outputs, press} = board;
  const close = () => closeAll([board, light]);
  return {name, inputs, outputs, light, press, close};
}

/** A door works without its light. */
function openLightOf({light}: BoardDefinition, warn: (text: string) => void): LightDriver | undefined {
  if (light === undefined || light.kind === 'simulated') return undefined;
  try {
    return openLight(light);
  } catch (error) {
    if (!(error instanceof HardwareError)) throw error;
    warn(`The light stays dark: ${error.message}`);
    return undefined;
  }
}

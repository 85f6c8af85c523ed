import type {BoardDefinition, ModbusRelay} from '../board-definition.ts';

/** The board with relays of other boards, on RS-485, that somebody has connected to it: outputs beside its own. */
export function withRelays(
  board: BoardDefinition,
  relays: readonly ({readonly name: string} & ModbusRelay)[],
): BoardDefinition {
  const added = relays.map(({name, port, unit, coil}) => ({
    name,
    pin: undefined,
    modbus: {port, unit, coil},
  }));
  return {...board, outputs: [...board.outputs, ...added]};
}

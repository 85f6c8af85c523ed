import type {BoardDefinition} from './board-definition.ts';

/**
 * A board with those of its lines that somebody uses: the others may belong to other programs, or to a sound card that
 * shares their pins. Of the outputs, `inverted` ones have their load under current while they are inactive. A simulated
 * board keeps all lines, to be seen.
 */
export function withUsedLines(
  board: BoardDefinition,
  used: {
    readonly inputs: ReadonlySet<string>;
    readonly outputs: ReadonlySet<string>;
    readonly inverted: ReadonlySet<string>;
  },
): BoardDefinition {
  const keepAll = board.driver === 'simulated';
  return {
    ...board,
    inputs: board.inputs.filter(({name}) => keepAll || used.inputs.has(name)),
    outputs: board.outputs
      .filter(({name}) => keepAll || used.outputs.has(name))
      .map((output) => ({...output, inverted: used.inverted.has(output.name)})),
  };
}

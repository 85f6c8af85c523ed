import type {Config} from './schema.ts';

/** The lines of the board that a configuration uses, by their names. */
export function linesOf({buttons, doors, tamper, reset}: Config) {
  const inputs = [
    ...buttons.map(({input}) => input),
    ...doors.flatMap(({exit, contact}) => [exit, contact]),
    tamper,
    reset,
  ];
  return {
    inputs: new Set(inputs.filter((name) => name !== undefined)),
    outputs: new Set(doors.map(({output}) => output)),
    inverted: new Set(doors.filter(({inverted}) => inverted).map(({output}) => output)),
  };
}

import type {BoardDefinition, LightDefinition, Pin} from '../board-definition.ts';
import {HardwareError} from '../hal.ts';

/** What light somebody has connected to a board, in place of the one that the board's file expects. */
export type LightChoice =
  | {readonly kind: 'none'}
  | {readonly kind: 'ring'; readonly count: number}
  /** One light on a line of the header, or on three: red, green, blue. */
  | {readonly kind: 'gpio'; readonly lines: readonly string[]; readonly active: 'low' | 'high'}
  /** One of the LED class, or three: red, green, blue. */
  | {readonly kind: 'led'; readonly names: readonly string[]};

/**
 * The board with another light; a simulated board gets as many lights as it has.
 * @throws HardwareError where the board has no place for it.
 */
export function withLight(board: BoardDefinition, choice: LightChoice | undefined): BoardDefinition {
  return choice === undefined ? board : {...board, light: choose(board, choice)};
}

function choose(board: BoardDefinition, choice: LightChoice): LightDefinition | undefined {
  if (choice.kind === 'none') return undefined;
  if (board.driver === 'simulated') {
    return {kind: 'simulated', count: choice.kind === 'ring' ? choice.count : 1};
  }
  switch (choice.kind) {
    case 'ring':
      if (board.light?.kind === 'ws2812') return {...board.light, count: choice.count};
      throw new HardwareError(`the board ${board.name} has no place for a ring of lights`);
    case 'gpio': {
      const [red, green, blue] = choice.lines.map((line) => pinOf(board, line, choice.active));
      return {kind: 'lines', pins: green && blue ? [red!, green, blue] : [red!]};
    }
    case 'led': {
      const [red, green, blue] = choice.names;
      return {kind: 'leds', leds: green && blue ? {red: red!, green, blue} : red!};
    }
  }
}

function pinOf({name, header}: BoardDefinition, line: string, active: 'low' | 'high'): Pin {
  // What is there may be told in more words than the line's name.
  const index = header.findIndex((words) => `${words} `.startsWith(`${line} `));
  if (index < 0) throw new HardwareError(`the header of the board ${name} has no ${line} for the light`);
  return {line, header: index + 1, active};
}

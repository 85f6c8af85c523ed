import type {BoardDefinition} from '../hal/board-definition.ts';

/** Any Linux computer: sound by ALSA, no lines, no light. */
export const board: BoardDefinition = {
  name: 'pc',
  title: 'PC without GPIO',
  compatible: [],
  driver: 'gpio',
  inputs: [],
  outputs: [],
  light: undefined,
  header: [],
  soundCards: [],
  serialPorts: [],
  image: undefined,
};

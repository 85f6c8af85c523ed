import type {BoardDefinition} from '../hal/board-definition.ts';

/** A door station in software: two buttons, two relays, a ring of 16 lights. */
export const board: BoardDefinition = {
  name: 'simulated',
  title: 'Simulated board',
  driver: 'simulated',
  inputs: [
    {name: 'button-1', pin: undefined, debounceMs: 20, lockOutMs: 200},
    {name: 'button-2', pin: undefined, debounceMs: 20, lockOutMs: 200},
  ],
  outputs: [
    {name: 'relay-1', pin: undefined},
    {name: 'relay-2', pin: undefined},
  ],
  light: {kind: 'simulated', count: 16},
};

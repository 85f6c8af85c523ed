import type {BoardDefinition, InputDefinition} from '../hal/board-definition.ts';

const button = (name: string): InputDefinition => ({name, pin: undefined, debounceMs: 20, lockOutMs: 200});
/** A loop that is closed at rest: of a door contact, or against tampering. */
const loop = (name: string): InputDefinition => ({...button(name), lockOutMs: 0, closedAtRest: true});

/** A door station in software: four buttons, four loops, four relays, a ring of 16 lights. */
export const board: BoardDefinition = {
  name: 'simulated',
  title: 'Simulated board',
  compatible: [],
  driver: 'simulated',
  inputs: [
    ...['button-1', 'button-2', 'button-3', 'button-4'].map(button),
    ...['input-1', 'input-2', 'input-3', 'input-4'].map(loop),
  ],
  outputs: ['relay-1', 'relay-2', 'relay-3', 'relay-4'].map((name) => ({name, pin: undefined})),
  light: {kind: 'simulated', count: 16},
  header: [],
  soundCards: [],
  serialPorts: [],
  image: undefined,
};

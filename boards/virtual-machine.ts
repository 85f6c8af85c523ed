import type {BoardDefinition} from '../hal/board-definition.ts';

/**
 * A virtual machine with the kernel's simulated GPIO chip, wired as a Raspberry Pi: for tests of the drivers on a real
 * kernel (test/hardware).
 */
export const board: BoardDefinition = {
  name: 'virtual-machine',
  title: 'Virtual machine with simulated GPIO',
  compatible: [],
  driver: 'gpio',
  inputs: [
    {
      name: 'button-1',
      pin: {line: 'GPIO17', header: 11, active: 'low', bias: 'pull-up'},
      debounceMs: 20,
      lockOutMs: 200,
    },
  ],
  outputs: [{name: 'relay-1', pin: {line: 'GPIO23', header: 16, active: 'high'}}],
  light: undefined,
  header: [],
  soundCards: [],
  serialPorts: [],
  image: undefined,
};

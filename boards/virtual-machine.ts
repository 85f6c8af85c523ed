import type {BoardDefinition, InputDefinition} from '../hal/board-definition.ts';

const contact = (name: string, line: string, header: number): InputDefinition => ({
  name,
  pin: {line, header, active: 'low', bias: 'pull-up'},
  debounceMs: 20,
  lockOutMs: 200,
});

/**
 * A virtual machine with the kernel's simulated GPIO chip, wired as a Raspberry Pi: for tests of the drivers on a real
 * kernel (test/hardware).
 */
export const board: BoardDefinition = {
  name: 'virtual-machine',
  title: 'Virtual machine with simulated GPIO',
  compatible: [],
  driver: 'gpio',
  chip: 'doorline-test',
  inputs: [
    contact('button-1', 'GPIO17', 11),
    contact('input-1', 'GPIO5', 29),
    contact('input-2', 'GPIO6', 31),
    contact('input-3', 'GPIO13', 33),
  ],
  outputs: [{name: 'relay-1', pin: {line: 'GPIO23', header: 16, active: 'high'}}],
  light: undefined,
  header: [],
  soundCards: [],
  serialPorts: [],
  image: undefined,
};

import type {BoardDefinition} from '../hal/board-definition.ts';

/**
 * Raspberry Pi 4 Model B, 40-pin header. Buttons close to ground against the internal pull-up; relay boards switch
 * on high; the light ring's data line is SPI0 MOSI.
 */
export const board: BoardDefinition = {
  name: 'raspberry-pi-4',
  title: 'Raspberry Pi 4',
  driver: 'gpio',
  inputs: [
    {
      name: 'button-1',
      pin: {line: 'GPIO17', header: 11, active: 'low', bias: 'pull-up'},
      debounceMs: 20,
      lockOutMs: 200,
    },
    {
      name: 'button-2',
      pin: {line: 'GPIO27', header: 13, active: 'low', bias: 'pull-up'},
      debounceMs: 20,
      lockOutMs: 200,
    },
  ],
  outputs: [
    {name: 'relay-1', pin: {line: 'GPIO23', header: 16, active: 'high'}},
    {name: 'relay-2', pin: {line: 'GPIO24', header: 18, active: 'high'}},
  ],
  light: {kind: 'ws2812', count: 16, device: '/dev/spidev0.0', header: 19},
};

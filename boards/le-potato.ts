import type {BoardDefinition, InputDefinition, OutputDefinition} from '../hal/board-definition.ts';

/** The kernel names the lines of the header by its pins. */
const line = (header: number): string => `7J1 Header Pin${header}`;

const supply: Readonly<Record<number, string>> = {
  ...Object.fromEntries([6, 9, 14, 20, 25, 30, 34, 39].map((pin) => [pin, 'GND'])),
  ...{1: '3V3', 2: '5V', 4: '5V', 17: '3V3'},
};

const input = (name: string, header: number): InputDefinition => ({
  name,
  pin: {line: line(header), header, active: 'low', bias: 'pull-up'},
  debounceMs: 20,
  lockOutMs: 200,
});

const relay = (name: string, header: number): OutputDefinition => ({
  name,
  pin: {line: line(header), header, active: 'high'},
});

/**
 * Libre Computer AML-S905X-CC, by its device tree in Linux 6.12. The tree gives the header neither SPI nor a serial port
 * unless an overlay does, so there is no light ring.
 */
export const board: BoardDefinition = {
  name: 'le-potato',
  title: 'Libre Computer AML-S905X-CC (Le Potato)',
  compatible: ['libretech,aml-s905x-cc'],
  driver: 'gpio',
  inputs: [
    input('button-1', 29),
    input('button-2', 31),
    input('input-1', 33),
    input('input-2', 35),
    input('input-3', 37),
    input('input-4', 32),
  ],
  outputs: [relay('relay-1', 36), relay('relay-2', 38), relay('relay-3', 40), relay('relay-4', 22)],
  light: {kind: 'leds', leds: 'librecomputer:blue'},
  header: Array.from({length: 40}, (_, index) => supply[index + 1] ?? line(index + 1)),
  soundCards: [
    {
      title: 'USB sound card or speakerphone',
      card: 'Device',
      pins: [],
      mixer: [
        {control: 'Speaker', value: '80%'},
        {control: 'Mic', value: '80%'},
      ],
      config: [],
      source: 'the name that most USB cards get; "aplay -l" tells; not seen',
    },
  ],
  serialPorts: [],
  image: undefined,
};

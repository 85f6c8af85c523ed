import type {
  BoardDefinition,
  InputDefinition,
  OutputDefinition,
  SoundCardDefinition,
} from '../../hal/board-definition.ts';

/**
 * What all Raspberry Pi with a 40-pin header have in common. Of the lines, only those are used whose names are the same in
 * the device trees of all models: GPIO5, 6, 12, 13 and 16 to 27.
 */

const header = [
  ['3V3', '5V'],
  ['GPIO2 SDA', '5V'],
  ['GPIO3 SCL', 'GND'],
  ['GPIO4', 'GPIO14 TXD'],
  ['GND', 'GPIO15 RXD'],
  ['GPIO17', 'GPIO18'],
  ['GPIO27', 'GND'],
  ['GPIO22', 'GPIO23'],
  ['3V3', 'GPIO24'],
  ['GPIO10 MOSI', 'GND'],
  ['GPIO9 MISO', 'GPIO25'],
  ['GPIO11 SCLK', 'GPIO8 CE0'],
  ['GND', 'GPIO7 CE1'],
  ['ID_SD', 'ID_SC'],
  ['GPIO5', 'GND'],
  ['GPIO6', 'GPIO12'],
  ['GPIO13', 'GND'],
  ['GPIO19', 'GPIO16'],
  ['GPIO26', 'GPIO20'],
  ['GND', 'GPIO21'],
].flat();

/** A contact to ground against the internal pull-up: a button, or a loop that is closed. */
const input = (name: string, line: string): InputDefinition => ({
  name,
  pin: {line, header: header.indexOf(line) + 1, active: 'low', bias: 'pull-up'},
  debounceMs: 20,
  lockOutMs: 200,
});

/** A relay board that switches on high. The processor pulls these lines down from power-on until they are set. */
const relay = (name: string, line: string): OutputDefinition => ({
  name,
  pin: {line, header: header.indexOf(line) + 1, active: 'high'},
});

const i2s = {clock: 12, word: 35, receive: 38, send: 40} as const;
const i2c = [3, 5] as const;
const documented = 'its documentation and driver; not seen';

const soundCards: readonly SoundCardDefinition[] = [
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
  {
    title: 'WM8960 Audio HAT',
    card: 'wm8960soundcard',
    pins: [...Object.values(i2s), ...i2c],
    mixer: [
      {control: 'Left Output Mixer PCM', value: 'on'},
      {control: 'Right Output Mixer PCM', value: 'on'},
      {control: 'Speaker', value: '90%'},
      {control: 'Capture', value: '80%'},
    ],
    config: ['dtparam=i2c_arm=on', 'dtparam=i2s=on', 'dtoverlay=wm8960-soundcard'],
    source: documented,
  },
  {
    title: 'Google voiceHAT and its copies',
    card: 'sndrpigooglevoi',
    pins: [...Object.values(i2s), 36],
    mixer: [],
    config: ['dtparam=i2s=on', 'dtoverlay=googlevoicehat-soundcard'],
    source: documented,
  },
  {
    title: 'IQaudIO Codec Zero',
    card: 'IQaudIOCODEC',
    pins: [...Object.values(i2s), ...i2c],
    mixer: [],
    config: ['dtparam=i2c_arm=on', 'dtparam=i2s=on', 'dtoverlay=iqaudio-codec'],
    source: documented,
  },
];

/**
 * Raspberry Pi: four buttons, six more contacts, four relays; the data line of the light ring is SPI0 MOSI. The last two
 * contacts share their pins with I2S sound cards.
 */
export function raspberryPi(
  model: Pick<
    BoardDefinition,
    'name' | 'title' | 'compatible' | 'serialPorts' | 'image' | 'chip' | 'soundTiming'
  >,
): BoardDefinition {
  return {
    ...model,
    driver: 'gpio',
    inputs: [
      input('button-1', 'GPIO17'),
      input('button-2', 'GPIO27'),
      input('button-3', 'GPIO22'),
      input('button-4', 'GPIO12'),
      input('input-1', 'GPIO5'),
      input('input-2', 'GPIO6'),
      input('input-3', 'GPIO13'),
      input('input-4', 'GPIO26'),
      input('input-5', 'GPIO20'),
      input('input-6', 'GPIO21'),
    ],
    outputs: [
      relay('relay-1', 'GPIO23'),
      relay('relay-2', 'GPIO24'),
      relay('relay-3', 'GPIO25'),
      relay('relay-4', 'GPIO16'),
    ],
    light: {kind: 'ws2812', count: 16, device: '/dev/spidev0.0', header: 19},
    header,
    soundCards,
  };
}

import * as v from 'valibot';
import type {BoardDefinition, LightDefinition} from './board-definition.ts';

/** The kernel cuts names of lines after so many characters. */
const LONGEST_LINE_NAME = 31;
/** ALSA cuts the id of a card after so many. */
const LONGEST_CARD_ID = 15;
const LONGEST_DEBOUNCE = 1_000;

const name = v.pipe(
  v.string('must be a name'),
  v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a name of small letters, digits and hyphens'),
  v.maxLength(64, 'must be a name of at most 64 characters'),
);
const words = v.pipe(v.string('must be text'), v.nonEmpty('must not be empty'));
const headerPin = v.pipe(
  v.number('must be the number of a pin'),
  v.integer('must be the number of a pin'),
  v.minValue(1, 'must be the number of a pin, from 1 on'),
);
const time = v.pipe(
  v.number('must be a time in ms'),
  v.minValue(0, `must be a time in ms, 0 to ${LONGEST_DEBOUNCE}`),
  v.maxValue(LONGEST_DEBOUNCE, `must be a time in ms, 0 to ${LONGEST_DEBOUNCE}`),
);
const lineName = v.pipe(
  words,
  v.maxLength(
    LONGEST_LINE_NAME,
    `must have at most ${LONGEST_LINE_NAME} characters: the kernel cuts it there`,
  ),
  v.regex(/^[\x20-\x7e]*$/, 'must be the name of a line in ASCII'),
);
const device = v.pipe(
  v.string('must be a device file'),
  v.regex(/^\/dev\/./, 'must be a device file in /dev'),
);
const config = v.array(words, 'must be a list of lines of config.txt');

const pin = v.strictObject(
  {line: lineName, header: headerPin, active: v.picklist(['low', 'high'], 'must be low or high')},
  'must have line, header and active',
);
const inputPin = v.strictObject(
  {...pin.entries, bias: v.picklist(['pull-up', 'pull-down', 'none'], 'must be pull-up, pull-down or none')},
  'must have line, header, active and bias',
);
const modbus = v.strictObject(
  {
    port: device,
    unit: whole(1, 247, 'must be the address of a unit'),
    coil: whole(0, 65_535, 'must be the number of a coil'),
  },
  'must have port, unit and coil',
);
const flag = v.optional(v.boolean('must be true or false'));
const lightCount = v.pipe(
  v.number('must be a number of lights'),
  v.integer('must be a number of lights'),
  v.minValue(1, 'must be a number of lights, 1 to 1024'),
  v.maxValue(1024, 'must be a number of lights, 1 to 1024'),
);
const ledNames = v.union(
  [words, v.strictObject({red: words, green: words, blue: words})],
  'must be the name of an LED, or of three',
);
const light = v.variant(
  'kind',
  [
    v.strictObject({kind: v.literal('simulated'), count: lightCount}),
    v.strictObject({kind: v.literal('ws2812'), count: lightCount, device, header: headerPin}),
    v.strictObject({
      kind: v.literal('lines'),
      pins: v.union([v.strictTuple([pin]), v.strictTuple([pin, pin, pin])], 'must be one pin, or three'),
    }),
    v.strictObject({kind: v.literal('leds'), leds: ledNames}),
  ],
  'must be of the kind simulated, ws2812, lines or leds',
);

/** The shape of a board's file. */
const boardSchema = v.strictObject({
  name,
  title: words,
  compatible: v.array(words, 'must be a list of names'),
  driver: v.picklist(['simulated', 'gpio'], 'there is no such driver: it must be simulated or gpio'),
  chip: v.optional(words),
  inputs: v.array(
    v.strictObject({
      name,
      pin: v.undefinedable(inputPin),
      closedAtRest: flag,
      debounceMs: time,
      lockOutMs: time,
    }),
    'must be a list of inputs',
  ),
  outputs: v.array(
    v.strictObject({name, pin: v.undefinedable(pin), modbus: v.optional(modbus), inverted: flag}),
    'must be a list of outputs',
  ),
  light: v.undefinedable(light),
  header: v.array(words, 'must be a list of what is on each pin'),
  soundCards: v.array(
    v.strictObject({
      title: words,
      card: v.pipe(
        v.string('must be the id of an ALSA card'),
        v.regex(/^\w+$/, 'must be the id of an ALSA card: letters, digits and _'),
        v.maxLength(LONGEST_CARD_ID, `must have at most ${LONGEST_CARD_ID} characters: ALSA cuts it there`),
      ),
      pins: v.array(headerPin, 'must be a list of pins'),
      mixer: v.array(v.strictObject({control: words, value: words}), 'must be a list of settings'),
      config,
      source: words,
    }),
    'must be a list of sound cards',
  ),
  soundTiming: v.optional(
    v.strictObject({
      periodMs: whole(2, 40, 'must be a time in ms'),
      bufferMs: whole(40, 1000, 'must be a time in ms'),
    }),
  ),
  serialPorts: v.array(
    v.strictObject({device, pins: v.strictTuple([headerPin, headerPin], 'must be two pins')}),
    'must be a list of serial ports',
  ),
  image: v.undefinedable(
    v.strictObject({
      kernel: v.picklist(['trixie', 'trixie-backports'], 'must be trixie or trixie-backports'),
      deviceTree: words,
      config,
    }),
  ),
});

/**
 * What is wrong with a definition, in words; empty where nothing is. A name must be unique, and so must a
 * header pin: of two uses both are named. On a board with GPIO each line has a pin, which is where the header has it.
 */
export function checkBoard(board: BoardDefinition): string[] {
  const {issues} = v.safeParse(boardSchema, board);
  if (issues !== undefined) {
    return issues.map((issue) => [v.getDotPath(issue), wordsOf(issue)].filter(Boolean).join(': '));
  }
  const lines = [...board.inputs, ...board.outputs];
  const gpio = [
    ...lines.flatMap(({name, pin}) => (pin === undefined ? [] : [{name, ...pin}])),
    ...lightPins(board.light).map((pin) => ({name: 'the light', ...pin})),
  ];
  const coils = board.outputs.flatMap(({name, modbus}) => (modbus === undefined ? [] : [{name, ...modbus}]));
  const isElsewhere = new Set(coils.map(({name}) => name));
  const unwired =
    board.driver === 'gpio' ? lines.filter(({name, pin}) => pin === undefined && !isElsewhere.has(name)) : [];
  const twofold = board.outputs.filter(({pin, modbus}) => pin !== undefined && modbus !== undefined);
  return [
    ...unwired.map(({name}) => `${name} has no pin`),
    ...twofold.map(({name}) => `${name} has a pin and is reached by Modbus: only one can be`),
    ...repeated(coils, ({port, unit, coil}) => `coil ${coil} of unit ${unit} at ${port}`).map(
      ([coil, users]) => `${coil} is used by ${users.map(({name}) => name).join(' and ')}`,
    ),
    ...repeated(lines, ({name}) => name).map(([name]) => `two lines are called ${name}`),
    ...repeated(headerUses(board), ({header}) => header).map(
      ([header, users]) => `header pin ${header} is used by ${users.map(({name}) => name).join(' and ')}`,
    ),
    ...repeated(gpio, ({line}) => line).map(
      ([line, users]) => `${line} is used by ${users.map(({name}) => name).join(' and ')}`,
    ),
    ...repeated(board.soundCards, ({card}) => card).map(([card]) => `two sound cards are called ${card}`),
    ...repeated(board.serialPorts, ({device}) => device).map(([device]) => `${device} is there twice`),
    ...misplaced(board, gpio),
  ];
}

/** Who uses which pin of the header as soon as the board opens: its lines and its light. */
function headerUses({inputs, outputs, light}: BoardDefinition): {name: string; header: number}[] {
  const ring = light?.kind === 'ws2812' ? [light] : [];
  return [
    ...[...inputs, ...outputs].flatMap(({name, pin}) =>
      pin === undefined ? [] : [{name, header: pin.header}],
    ),
    ...[...lightPins(light), ...ring].map(({header}) => ({name: 'the light', header})),
  ];
}

function lightPins(light: LightDefinition | undefined) {
  return light?.kind === 'lines' ? light.pins : [];
}

/** Pins that the header does not have, or that are something else there. Says nothing of a board without a header. */
function misplaced(
  board: BoardDefinition,
  gpio: readonly {name: string; line: string; header: number}[],
): string[] {
  const {header} = board;
  if (header.length === 0) return [];
  const all = [
    ...headerUses(board),
    ...board.soundCards.flatMap(({title, pins}) => pins.map((pin) => ({name: title, header: pin}))),
    ...board.serialPorts.flatMap(({device: name, pins}) => pins.map((pin) => ({name, header: pin}))),
  ];
  const missing = all.filter((use) => use.header > header.length);
  // What is there may be told in more words than the line's name.
  const wrong = gpio.filter(
    (use) => use.header <= header.length && !`${header[use.header - 1]} `.startsWith(`${use.line} `),
  );
  return [
    ...missing.map((use) => `${use.name} is on pin ${use.header} of a header that has ${header.length} pins`),
    ...wrong.map(
      ({name, line, header: number}) =>
        `${name} is on pin ${number}, which is ${header[number - 1]}, not ${line}`,
    ),
  ];
}

function whole(minimum: number, maximum: number, what: string) {
  const message = `${what}, ${minimum} to ${maximum}`;
  return v.pipe(
    v.number(message),
    v.integer(message),
    v.minValue(minimum, message),
    v.maxValue(maximum, message),
  );
}

function wordsOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type !== 'strict_object') return issue.message;
  return issue.expected === 'never' ? 'there is no such field' : 'is missing, or is no group of fields';
}

function repeated<Item, Key>(items: readonly Item[], key: (item: Item) => Key): [Key, Item[]][] {
  return [...Map.groupBy(items, key)].filter(([, group]) => group.length > 1);
}

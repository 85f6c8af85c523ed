/** What a board's file says: data only, no code. */
export interface BoardDefinition {
  /** The name in the configuration, such as `raspberry-pi-4`. */
  readonly name: string;
  /** The name for people. */
  readonly title: string;
  /** Which drivers its lines and its light need. */
  readonly driver: 'simulated' | 'gpio';
  readonly inputs: readonly InputDefinition[];
  readonly outputs: readonly OutputDefinition[];
  readonly light: LightDefinition | undefined;
}

/** Where a line is found on a real board. */
export interface Pin {
  /** The kernel's name of the GPIO line, such as `GPIO17`. */
  readonly line: string;
  /** The pin of the header it comes out at. */
  readonly header: number;
  /** The electrical level that means active. */
  readonly active: 'low' | 'high';
}

export interface InputPin extends Pin {
  /** The resistor in the chip that gives the line a level while its contact is open. */
  readonly bias: 'pull-up' | 'pull-down' | 'none';
}

export interface InputDefinition {
  readonly name: string;
  /** Undefined on a simulated board. */
  readonly pin: InputPin | undefined;
  /** A change counts once it has lasted this long (ms). */
  readonly debounceMs: number;
  /** After one press no other is accepted for this long (ms). */
  readonly lockOutMs: number;
}

export interface OutputDefinition {
  readonly name: string;
  /** Undefined on a simulated board. */
  readonly pin: Pin | undefined;
}

/** What the light is: all that the drivers of hal/light/ know, and one that only the page shows. */
export type LightDefinition =
  | {readonly kind: 'simulated'; readonly count: number}
  /** So many WS2812 in a chain, on a device of spidev whose data line comes out at a pin of the header. */
  | {readonly kind: 'ws2812'; readonly count: number; readonly device: string; readonly header: number}
  /** One light that is switched: an LED on a line, or an RGB LED on three. */
  | {readonly kind: 'lines'; readonly pins: readonly [Pin] | readonly [red: Pin, green: Pin, blue: Pin]}
  /** One light that the kernel has under a name of its LED class: an LED, which may have colours, or one a colour. */
  | {
      readonly kind: 'leds';
      readonly leds: string | {readonly red: string; readonly green: string; readonly blue: string};
    };

/**
 * What is wrong with a definition, in words; empty where nothing is. A name must be unique, and so must a
 * header pin: of two uses both are named. On a board with GPIO each line has a pin.
 */
export function checkBoard(board: BoardDefinition): string[] {
  const lines = [...board.inputs, ...board.outputs];
  const {light} = board;
  const lightPins = light?.kind === 'lines' ? light.pins : [];
  const gpio = [
    ...lines.flatMap(({name, pin}) => (pin === undefined ? [] : [{name, ...pin}])),
    ...lightPins.map((pin) => ({name: 'the light', ...pin})),
  ];
  const uses = [...gpio, ...(light?.kind === 'ws2812' ? [{name: 'the light', ...light}] : [])];
  const unwired = board.driver === 'gpio' ? lines.filter(({pin}) => pin === undefined) : [];
  return [
    ...unwired.map(({name}) => `${name} has no pin`),
    ...repeated(lines, ({name}) => name).map(([name]) => `two lines are called ${name}`),
    ...repeated(uses, ({header}) => header).map(
      ([header, users]) => `header pin ${header} is used by ${users.map(({name}) => name).join(' and ')}`,
    ),
    ...repeated(gpio, ({line}) => line).map(
      ([line, users]) => `${line} is used by ${users.map(({name}) => name).join(' and ')}`,
    ),
  ];
}

function repeated<Item, Key>(items: readonly Item[], key: (item: Item) => Key): [Key, Item[]][] {
  return [...Map.groupBy(items, key)].filter(([, group]) => group.length > 1);
}

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

export interface LightDefinition {
  /** Number of lights. */
  readonly count: number;
  /** The SPI device and the header pin of its data line; undefined on a simulated board. */
  readonly spi: {readonly device: string; readonly header: number} | undefined;
}

/**
 * What is wrong with a definition, in words; empty where nothing is. A name must be unique, and so must a
 * header pin: of two uses both are named. On a board with GPIO each line has a pin.
 */
export function checkBoard(board: BoardDefinition): string[] {
  const lines = [...board.inputs, ...board.outputs];
  const light = board.light?.spi;
  const uses = [
    ...lines.flatMap(({name, pin}) => (pin === undefined ? [] : [{name, header: pin.header}])),
    ...(light === undefined ? [] : [{name: 'the light', header: light.header}]),
  ];
  const gpio = lines.flatMap(({name, pin}) => (pin === undefined ? [] : [{name, line: pin.line}]));
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

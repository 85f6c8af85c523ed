import {type LightPlaces, lightPins} from './light-device.ts';
import type {ConfigProblem} from './problem.ts';
import {inputsAt, type Text, textsAt} from './references.ts';
import type {YamlTree} from './yaml-tree.ts';

interface WiredLine {
  readonly name: string;
  readonly pin?: {readonly header: number} | undefined;
}

/** What shares the pins of a board's header. */
export interface BoardWiring extends LightPlaces {
  readonly inputs: readonly WiredLine[];
  readonly outputs: readonly WiredLine[];
  readonly soundCards?: readonly {
    readonly title: string;
    readonly card: string;
    readonly pins: readonly number[];
  }[];
  readonly serialPorts?: readonly {readonly device: string; readonly pins: readonly number[]}[];
}

/** Something that the configuration chooses, and the pins that it needs. */
interface Choice {
  readonly title: string;
  readonly path: readonly string[];
  readonly pins: readonly number[];
}

/** Refuses two choices that need the same pin of the header, such as a button and a sound card, with the names of both. */
export function checkWiring(tree: YamlTree, boards: ReadonlyMap<string, BoardWiring>): ConfigProblem[] {
  const [name] = textsAt(tree, 'board');
  const board = boards.get(name?.value ?? '');
  if (board === undefined) return [];
  const firstAt = new Map<number, Choice>();
  const problems: ConfigProblem[] = [];
  for (const choice of choices(tree, board)) {
    const pin = choice.pins.find((one) => firstAt.has(one));
    for (const one of choice.pins) if (!firstAt.has(one)) firstAt.set(one, choice);
    const first = firstAt.get(pin ?? 0);
    if (first === undefined || first.title === choice.title) continue;
    const other = `${first.title} (${first.path.join('.')})`;
    problems.push(
      tree.at(choice.path, `${choice.title} needs pin ${pin} of the header, and so does ${other}`),
    );
  }
  return problems;
}

function choices(tree: YamlTree, board: BoardWiring): Choice[] {
  const lines = (texts: readonly Text[], wired: readonly WiredLine[]) =>
    texts.flatMap(({value, path}) => {
      const header = wired.find(({name}) => name === value)?.pin?.header;
      return header === undefined ? [] : [{title: value, path, pins: [header]}];
    });
  const cards = ['microphone', 'speaker'].flatMap((key) => textsAt(tree, 'audio', key));
  return [
    ...cards.flatMap(({value, path}) => {
      const card = board.soundCards?.find((one) => one.card === cardOf(value));
      return card ? [{title: `the sound card ${card.title}`, path, pins: card.pins}] : [];
    }),
    ...['readers', 'relays']
      .flatMap((key) => textsAt(tree, key, '*', 'port'))
      .flatMap(({value, path}) => {
        const port = board.serialPorts?.find(({device}) => device === value);
        return port ? [{title: `the serial port ${value}`, path, pins: port.pins}] : [];
      }),
    ...textsAt(tree, 'light', 'device').map(({value, path}) => {
      return {title: 'the light', path, pins: lightPins(value, board)};
    }),
    ...lines(inputsAt(tree), board.inputs),
    ...lines(textsAt(tree, 'doors', '*', 'output'), board.outputs),
  ];
}

/** The id of the card in `alsa:plughw:CARD=X,DEV=0` or `alsa:hw:X,0`. */
function cardOf(value: string): string | undefined {
  return /^alsa:(?:[^,]*\bCARD=|(?:plug)?hw:)(\w+)/.exec(value)?.[1];
}

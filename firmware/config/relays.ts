import {keys, list, numberBetween, pattern} from './fields.ts';
import type {ConfigProblem} from './problem.ts';
import {type Text, textsAt} from './references.ts';
import type {YamlTree} from './yaml-tree.ts';

/** One of `relays`: a coil of a relay board on RS-485, which becomes an output under this name. */
const relay = keys({
  name: pattern(
    /^[a-z0-9]+(-[a-z0-9]+){0,15}$/,
    'must be a name of small letters, digits and hyphens, such as gate-relay',
  ),
  port: pattern(
    /^\/dev\/(?!input\/)\S{1,250}$/,
    'must be the device file of a serial port, such as /dev/serial/by-id/usb-… or /dev/ttyAMA0',
  ),
  unit: numberBetween(1, 247, 'must be the address of the relay board,'),
  coil: numberBetween(0, 65_535, 'must be the number of the relay,'),
});

export const relays = list(
  relay,
  0,
  16,
  '- {name: gate-relay, port: /dev/serial/by-id/usb-…, unit: 1, coil: 0}',
);

/** Checks what `relays` say of each other, of the board's own outputs, and of the ports that readers have. */
export function checkRelays(
  tree: YamlTree,
  boards: ReadonlyMap<string, {readonly outputs: readonly {readonly name: string}[]}>,
): ConfigProblem[] {
  const [board] = textsAt(tree, 'board');
  const own = boards.get(board?.value ?? '')?.outputs.map(({name}) => name) ?? [];
  const readers = textsAt(tree, 'readers', '*', 'port');
  return [
    ...textsAt(tree, 'relays', '*', 'name')
      .filter(({value}) => own.includes(value))
      .map(({path}) => tree.at(path, 'is the name of an output that the board has itself')),
    ...textsAt(tree, 'relays', '*', 'port').flatMap(({value, path}) => {
      const reader = readers.find((one) => one.value === value);
      return reader === undefined ? [] : [tree.at(path, `is the same port as ${reader.path.join('.')}`)];
    }),
    ...checkCoils(tree),
  ];
}

function checkCoils(tree: YamlTree): ConfigProblem[] {
  const [ports, units] = ['port', 'unit'].map((key) => byRelay(textsAt(tree, 'relays', '*', key)));
  const first = new Map<string, Text>();
  return textsAt(tree, 'relays', '*', 'coil').flatMap((coil) => {
    const place = JSON.stringify(
      [ports!, units!].map((texts) => texts.get(coil.path[1]!)).concat(coil.value),
    );
    const before = first.get(place);
    if (before === undefined) first.set(place, coil);
    return before === undefined ? [] : [tree.at(coil.path, `is the same relay as ${before.path.join('.')}`)];
  });
}

/** The texts by the place of their relay in the list. */
function byRelay(texts: readonly Text[]): Map<string, string> {
  return new Map(texts.map(({value, path}) => [path[1]!, value]));
}

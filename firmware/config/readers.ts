import * as v from 'valibot';
import {keys, list, oneOf, pattern, text} from './fields.ts';
import {type ConfigProblem, shown} from './problem.ts';
import {type Text, textsAt} from './references.ts';
import type {YamlTree} from './yaml-tree.ts';

const name = text(64, 'must be a name');

const portExample =
  'must be the device file of a port, such as /dev/serial/by-id/usb-…, /dev/ttyAMA0 or /dev/input/by-id/usb-…-event-kbd, or evdev: and the name of a keyboard';

/** As the readers tell it: cards of 26 bits have three digits of facility and five of number. */
const code = v.pipe(
  pattern(
    /^(?:\d{4,16}|\d{1,3},\d{1,5})$/,
    'must be 4 to 16 digits, or the number of a card as printed on it, such as 0012345678 or 188,24910',
  ),
  v.transform((written) => {
    const [facility = '', number] = written.split(',');
    return number === undefined ? written : facility.padStart(3, '0') + number.padStart(5, '0');
  }),
);

/** One of `readers`. */
export const reader = keys({
  name,
  port: pattern(/^(?:\/\S{1,250}|evdev:\S.{0,200})$/, portExample),
  kind: oneOf('rdm6300', 'wiegand', 'keypad', 'keyboard'),
  doors: v.optional(list(name, 0, 4, '[front]'), []),
  codes: v.optional(list(code, 0, 1_000, '[!secret postman, 0012345678]'), []),
});

/** Checks what `readers` say of doors and of each other. */
export function checkReaders(tree: YamlTree): ConfigProblem[] {
  return [...checkDoors(tree), ...checkLists(tree), ...checkPorts(tree)];
}

function checkDoors(tree: YamlTree): ConfigProblem[] {
  const doors = textsAt(tree, 'doors', '*', 'name').map(({value}) => value);
  const allowed = doors.length === 0 ? 'there is none' : `doors are: ${doors.map(shown).join(', ')}`;
  return textsAt(tree, 'readers', '*', 'doors', '*')
    .filter(({value}) => !doors.includes(value))
    .map(({path}) => tree.at(path, `is no door of this station; ${allowed}`));
}

/** A list of codes without a door, or a door without codes, is half of what was meant. */
function checkLists(tree: YamlTree): ConfigProblem[] {
  const doors = byReader(textsAt(tree, 'readers', '*', 'doors', '*'));
  const codes = byReader(textsAt(tree, 'readers', '*', 'codes', '*'));
  const problems: ConfigProblem[] = [];
  for (const reader of new Set([...doors.keys(), ...codes.keys()])) {
    if (!doors.has(reader)) {
      problems.push(tree.at(['readers', reader, 'codes'], 'open no door: name it in doors'));
    }
    if (!codes.has(reader)) {
      problems.push(tree.at(['readers', reader, 'doors'], 'are opened by no code: list some in codes'));
    }
  }
  return problems;
}

function checkPorts(tree: YamlTree): ConfigProblem[] {
  const kinds = byReader(textsAt(tree, 'readers', '*', 'kind'));
  return textsAt(tree, 'readers', '*', 'port').flatMap(({value, path}) => {
    const kind = kinds.get(path[1]!)?.[0]?.value;
    if (kind === undefined) return [];
    const isInput = value.startsWith('evdev:') || value.startsWith('/dev/input/');
    if (isInput === (kind === 'keyboard')) return [];
    const message = isInput
      ? 'is a keyboard: its kind must be keyboard'
      : 'must be like /dev/input/by-id/usb-…-event-kbd, or evdev: and the name of the device, for a keyboard';
    return [tree.at(path, message)];
  });
}

function byReader(texts: readonly Text[]): Map<string, Text[]> {
  return Map.groupBy(texts, ({path}) => path[1]!);
}

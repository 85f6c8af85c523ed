import {isIP} from 'node:net';
import {bareNumber} from './fields.ts';
import {type LightPlaces, lightProblem} from './light-device.ts';
import {type ConfigProblem, nearest, shown} from './problem.ts';
import type {YamlTree, YamlValue} from './yaml-tree.ts';

/** The lines of a board, as far as a configuration may refer to them. */
interface BoardLines extends LightPlaces {
  readonly inputs: readonly {readonly name: string}[];
  readonly outputs: readonly {readonly name: string}[];
}

/**
 * Checks what one part of a configuration says about another, and about the board. Reads the document itself,
 * so that a mistake in one key does not hide one in another; what has the wrong shape is left to the schema.
 */
export function checkReferences(tree: YamlTree, boards: ReadonlyMap<string, BoardLines>): ConfigProblem[] {
  return [
    ...checkUnique(tree),
    ...checkBoard(tree, boards),
    ...checkTargets(tree),
    ...checkParties(tree),
    ...checkMediaPorts(tree),
  ];
}

/** A text of the document and where it stands. */
export interface Text {
  readonly value: string;
  readonly path: readonly string[];
}

/** All texts under a path in which `*` stands for every item of a list. */
export function textsAt({value: root}: YamlTree, ...pattern: readonly string[]): Text[] {
  const found: Text[] = [];
  const visit = (value: YamlValue | undefined, path: readonly string[]): void => {
    const step = pattern[path.length];
    if (step === undefined) {
      if (typeof value === 'string' && value !== '') found.push({value, path});
    } else if (step === '*') {
      if (Array.isArray(value))
        for (const [index, item] of value.entries()) visit(item, [...path, `${index}`]);
    } else if (typeof value === 'object' && !Array.isArray(value)) {
      if (Object.hasOwn(value, step)) visit(value[step], [...path, step]);
    }
  };
  visit(root, []);
  return found;
}

function checkUnique(tree: YamlTree): ConfigProblem[] {
  const unique = (texts: readonly Text[], message: (first: string) => string): ConfigProblem[] => {
    const first = new Map<string, Text>();
    const problems: ConfigProblem[] = [];
    for (const text of texts) {
      const before = first.get(text.value);
      if (before === undefined) first.set(text.value, text);
      else problems.push(tree.at(text.path, message(before.path.join('.'))));
    }
    return problems;
  };
  const sameName = (first: string) => `is the same name as ${first}; each needs one of its own`;
  const sockets = textsAt(tree, 'sip', 'listen', '*').filter(({value}) => !value.endsWith(':0'));
  return [
    ...unique(sockets, (first) => `is the same as ${first}`),
    ...unique(textsAt(tree, 'sip', 'accounts', '*', 'name'), sameName),
    ...unique(textsAt(tree, 'buttons', '*', 'name'), sameName),
    ...unique(inputsAt(tree), (first) => `is the same line as ${first}`),
    ...unique(textsAt(tree, 'doors', '*', 'name'), sameName),
    ...unique(textsAt(tree, 'doors', '*', 'output'), (first) => `is the same line as ${first}`),
    ...unique(textsAt(tree, 'doors', '*', 'code'), (first) => `is the same code as ${first}`),
    ...unique(textsAt(tree, 'readers', '*', 'name'), sameName),
    ...unique(textsAt(tree, 'readers', '*', 'port'), (first) => `is the same port as ${first}`),
    ...unique(textsAt(tree, 'relays', '*', 'name'), sameName),
  ];
}

/** Wherever an input of the board is named. */
export function inputsAt(tree: YamlTree): Text[] {
  return [
    ...textsAt(tree, 'buttons', '*', 'input'),
    ...textsAt(tree, 'doors', '*', 'exit'),
    ...textsAt(tree, 'doors', '*', 'contact'),
    ...textsAt(tree, 'tamper'),
    ...textsAt(tree, 'reset'),
  ];
}

function checkBoard(tree: YamlTree, boards: ReadonlyMap<string, BoardLines>): ConfigProblem[] {
  const [board] = textsAt(tree, 'board');
  if (board === undefined) return [];
  const lines = boards.get(board.value);
  if (lines === undefined) {
    return [tree.at(board.path, `there is no such board${choices(board.value, [...boards.keys()])}`)];
  }
  const relays = textsAt(tree, 'relays', '*', 'name').map(({value: name}) => ({name}));
  const check = (
    texts: readonly Text[],
    kind: string,
    existing: readonly {name: string}[],
  ): ConfigProblem[] => {
    const names = existing.map(({name}) => name);
    return texts
      .filter(({value}) => !names.includes(value))
      .map(({value, path}) => {
        const allowed = names.length === 0 ? '; it has none' : choices(value, names);
        return tree.at(path, `the board ${board.value} has no such ${kind}${allowed}`);
      });
  };
  return [
    ...check(inputsAt(tree), 'input', lines.inputs),
    ...check(textsAt(tree, 'doors', '*', 'output'), 'output', [...lines.outputs, ...relays]),
    ...textsAt(tree, 'light', 'device').flatMap(({value, path}) => {
      const problem = lightProblem(value, lines);
      return problem === undefined ? [] : [tree.at(path, `the board ${board.value} has no ${problem}`)];
    }),
  ];
}

/** A bare number such as 101 is somebody only within a domain. */
function checkTargets(tree: YamlTree): ConfigProblem[] {
  const domains = [...textsAt(tree, 'sip', 'domain'), ...textsAt(tree, 'sip', 'accounts', '*', 'uri')];
  if (domains.length > 0) return [];
  return textsAt(tree, 'buttons', '*', 'call', '*')
    .filter(({value}) => bareNumber.test(value))
    .map(({path}) =>
      tree.at(path, 'is a bare number: it needs sip.domain, an account, or to say where: sip:NUMBER@HOST'),
    );
}

function checkParties(tree: YamlTree): ConfigProblem[] {
  const accounts = textsAt(tree, 'sip', 'accounts', '*', 'name').map(({value}) => value);
  const existing = accounts.length === 0 ? 'there is none' : [...new Set(accounts)].map(shown).join(', ');
  return [...textsAt(tree, 'answer', 'from', '*'), ...textsAt(tree, 'doors', '*', 'from', '*')]
    .filter(({value}) => !accounts.includes(value) && !isAddressOrUser(value))
    .map(({value, path}) => {
      const near = nearest(value, accounts);
      const suggestion = near === undefined ? '' : `; did you mean ${shown(near)}?`;
      const allowed = `an account (${existing}), any, an address, or a user such as 101@example.org`;
      return tree.at(path, `must be ${allowed}${suggestion}`);
    });
}

function isAddressOrUser(party: string): boolean {
  if (party === 'any' || party === 'localhost' || isIP(party) !== 0) return true;
  if (/^sip:./i.test(party) || /^[^@]+@[^@]+$/.test(party)) return true;
  return /^[\w-]+(\.[\w-]+)+$/.test(party) || bareNumber.test(party);
}

/** Each leg that rings holds an even port for RTP and the odd one above it for RTCP (RFC 3550 section 11). */
function checkMediaPorts(tree: YamlTree): ConfigProblem[] {
  const [range] = textsAt(tree, 'sip', 'media_ports');
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(range?.value ?? '') ?? [];
  if (range === undefined || first === undefined || last === undefined || Number(last) < Number(first))
    return [];
  const pairs = Math.floor((Number(last) + 1) / 2) - Math.ceil(Number(first) / 2);
  const targets = textsAt(tree, 'buttons', '*', 'call', '*');
  const legs = Map.groupBy(targets, ({path}) => path[1]).values();
  const together = Math.max(1, ...Array.from(legs, (leg) => leg.length));
  if (pairs >= together) return [];
  const message = `has room for ${pairs}, but a button calls ${together} at a time; each takes an even port and the next`;
  return [tree.at(range.path, message)];
}

function choices(word: string, allowed: readonly string[]): string {
  const near = nearest(word, allowed);
  const suggestion = near === undefined ? '.' : `; did you mean ${shown(near)}?`;
  return `${suggestion} Allowed: ${allowed.map(shown).join(', ')}`;
}

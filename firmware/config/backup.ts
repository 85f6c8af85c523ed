import {Document, type Scalar, visit} from 'yaml';
import type {YamlValue} from './yaml-tree.ts';
import {readYaml} from './yaml-tree.ts';

/** Before the name of a secret; no text of a configuration has it. */
const MARK = '\u0000';

type YamlMap = {[key: string]: YamlValue};

/** A configuration that may be given to others. */
export interface Backup {
  /** The configuration as YAML, in which `!secret NAME` stands for each secret. */
  readonly text: string;
  /** The names of these: they have to be entered again. */
  readonly secrets: readonly string[];
}

/**
 * Leaves the secrets out of a configuration: passwords, codes, and what stands before the host and behind the path of a URL. Comments are
 * left out too, for a password may stand in one. Undefined where it is not YAML, or no map.
 */
export function withoutSecrets(text: string): Backup | undefined {
  const tree = readYaml(text, '', (name) => ({value: `${MARK}${name}`}));
  const {value} = tree;
  if (!tree.readable || tree.problems.length > 0 || typeof value === 'string' || Array.isArray(value))
    return undefined;
  const names = new Set<string>();
  /** What stands in the place of a secret. */
  const hide = (secret: YamlValue | undefined, name: string): YamlValue => {
    if (typeof secret === 'string' && secret.startsWith(MARK)) return secret;
    const base = name.replaceAll(/[^\w-]+/g, '-');
    let free = base;
    for (let number = 2; names.has(free); number += 1) free = `${base}-${number}`;
    names.add(free);
    return `${MARK}${free}`;
  };
  for (const account of maps(mapOf(value['sip'])?.['accounts']))
    replace(account, 'password', (one) => hide(one, `account-${account['name']}`));
  for (const door of maps(value['doors'])) replace(door, 'code', (one) => hide(one, `door-${door['name']}`));
  for (const reader of maps(value['readers'])) {
    const {codes} = reader;
    if (Array.isArray(codes))
      reader['codes'] = codes.map((one, index) => hide(one, `reader-${reader['name']}-${index + 1}`));
  }
  const update = mapOf(value['update']);
  if (update) replace(update, 'url', bareUrl);
  return write(value);
}

function write(value: YamlMap): Backup {
  const document = new Document(value, {schema: 'failsafe', aliasDuplicateObjects: false});
  const secrets = new Set<string>();
  visit(document, {
    Scalar(key, node: Scalar) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.startsWith(MARK)) return;
      node.value = node.value.slice(MARK.length);
      node.tag = '!secret';
      secrets.add(String(node.value));
    },
  });
  return {text: document.toString({lineWidth: 0}), secrets: [...secrets]};
}

function replace(map: YamlMap, key: string, by: (value: YamlValue) => YamlValue): void {
  const value = map[key];
  if (value !== undefined) map[key] = by(value);
}

function bareUrl(value: YamlValue): YamlValue {
  if (typeof value !== 'string' || !URL.canParse(value)) return value;
  const {origin, pathname} = new URL(value);
  return `${origin}${pathname}`;
}

function mapOf(value: YamlValue | undefined): YamlMap | undefined {
  return typeof value === 'object' && !Array.isArray(value) ? value : undefined;
}

function maps(value: YamlValue | undefined): YamlMap[] {
  return Array.isArray(value) ? value.map(mapOf).filter((one) => one !== undefined) : [];
}

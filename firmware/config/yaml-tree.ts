import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import {type ConfigProblem, shown} from './problem.ts';

/**
 * A YAML document as plain data in which every scalar is its text as written: what a text means is the
 * schema's affair, so `007` stays `007` and `off` stays `off`.
 */
export type YamlValue = string | YamlValue[] | {[key: string]: YamlValue};

/** A document with the places of its keys and values. */
export interface YamlTree {
  readonly value: YamlValue;
  /** False where the syntax is wrong, so that the value says nothing. */
  readonly readable: boolean;
  readonly problems: ConfigProblem[];
  /** Reports a problem at the value under `path`, or, if it has none, at the nearest value above it. */
  at(path: readonly string[], message: string): ConfigProblem;
  /** Reports a problem at the key that is the last of `path`. */
  atKey(path: readonly string[], message: string): ConfigProblem;
}

/** Finds the secret of that name, or says why there is none. */
export type SecretLookup = (name: string) => {value: string} | {reason: string};

/** No configuration is deeper or has more values than this, aliases counted as often as they are used. */
const DEPTH_LIMIT = 16;
const VALUE_LIMIT = 20_000;
const PROBLEM_LIMIT = 20;
const TOO_LARGE = 'the file has too many values, or is nested too deeply';

/**
 * Reads one YAML document. Syntax errors, repeated keys, unknown tags and secrets that cannot be found
 * are in `problems`; the value is then incomplete.
 */
export function readYaml(text: string, file: string, secret: SecretLookup | undefined): YamlTree {
  const lines = new LineCounter();
  const places = new Places(file, lines);
  const at = places.at.bind(places);
  const atKey = places.atKey.bind(places);

  const document = parse(text, lines);
  const errors = document === undefined ? [] : [...document.errors, ...document.warnings];
  errors.sort((one, other) => one.pos[0] - other.pos[0]);
  const problems = errors.map((error) => places.problem(error.pos[0], [], syntaxMessage(error)));
  if (document === undefined) problems.push(places.problem(0, [], TOO_LARGE));
  if (document === undefined || problems.length > 0) {
    return {value: '', readable: false, problems: problems.slice(0, PROBLEM_LIMIT), at, atKey};
  }
  const conversion = new Conversion(places, secret);
  const value = conversion.convert(document.contents, []);
  return {value, readable: true, problems: conversion.problems.slice(0, PROBLEM_LIMIT), at, atKey};
}

/** Where the keys and values of a document stand. */
class Places {
  readonly #file: string;
  readonly #lines: LineCounter;
  /** Offsets in the text, by path. */
  readonly #keys = new Map<string, number>();
  readonly #values = new Map<string, number>();

  constructor(file: string, lines: LineCounter) {
    this.#file = file;
    this.#lines = lines;
  }

  setValue(path: readonly string[], offset: number): void {
    this.#values.set(pathKey(path), offset);
  }

  /** Returns false, and changes nothing, where there is such a key already. */
  addKey(path: readonly string[], offset: number): boolean {
    if (this.#keys.has(pathKey(path))) return false;
    this.#keys.set(pathKey(path), offset);
    return true;
  }

  at(path: readonly string[], message: string): ConfigProblem {
    for (let length = path.length; length > 0; length -= 1) {
      const offset = this.#values.get(pathKey(path.slice(0, length)));
      if (offset !== undefined) return this.problem(offset, path, message);
    }
    return this.problem(this.#values.get('') ?? 0, path, message);
  }

  atKey(path: readonly string[], message: string): ConfigProblem {
    const offset = this.#keys.get(pathKey(path));
    return offset === undefined ? this.at(path, message) : this.problem(offset, path, message);
  }

  problem(offset: number, path: readonly string[], message: string): ConfigProblem {
    const {line, col} = this.#lines.linePos(offset);
    const key = path.map(shown).join('.');
    return {file: this.#file, line: Math.max(line, 1), column: Math.max(col, 1), key, message};
  }
}

/** Turns the nodes of a document into plain data, with its aliases and secrets put in. */
class Conversion {
  readonly problems: ConfigProblem[] = [];
  readonly #places: Places;
  readonly #secret: SecretLookup | undefined;
  readonly #anchors = new Map<string, ParsedNode>();
  #values = 0;
  #tooLarge = false;

  constructor(places: Places, secret: SecretLookup | undefined) {
    this.#places = places;
    this.#secret = secret;
  }

  convert(node: ParsedNode | null, path: readonly string[]): YamlValue {
    if (node === null || this.#tooLarge) return '';
    this.#values += 1;
    if (path.length > DEPTH_LIMIT || this.#values > VALUE_LIMIT) {
      this.#tooLarge = true;
      this.problems.push(this.#places.problem(node.range[0], [], TOO_LARGE));
      return '';
    }
    this.#places.setValue(path, node.range[0]);
    if (isAlias(node)) return this.#alias(node.source, path);
    const value = isMap(node)
      ? this.#map(node, path)
      : isSeq(node)
        ? node.items.map((item, index) => this.convert(item, [...path, String(index)]))
        : this.#scalar(node, path);
    // Only now, so that an alias cannot stand inside of what it stands for.
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    return value;
  }

  #alias(name: string, path: readonly string[]): YamlValue {
    const target = this.#anchors.get(name);
    if (target !== undefined) return this.convert(target, path);
    this.problems.push(
      this.#places.at(path, 'is an alias (*) of an anchor (&) that is not defined above it'),
    );
    return '';
  }

  #map(node: YAMLMap.Parsed, path: readonly string[]): YamlValue {
    const map = new Map<string, YamlValue>();
    for (const {key, value} of node.items) {
      const name = isScalar(key) ? String(key.value) : '';
      const childPath = [...path, name];
      if (!this.#places.addKey(childPath, key.range[0])) {
        this.problems.push(this.#places.problem(key.range[0], childPath, 'stands here twice; keep one'));
      }
      map.set(name, this.convert(value, childPath));
    }
    // Unlike an assignment this makes a key of `__proto__` too.
    return Object.fromEntries(map);
  }

  #scalar(node: Scalar.Parsed, path: readonly string[]): string {
    const text = String(node.value);
    if (node.tag !== SECRET_TAG) return text;
    const found = this.#secret?.(text) ?? {reason: 'a secret cannot refer to another secret'};
    if ('value' in found) return found.value;
    this.problems.push(this.#places.at(path, found.reason));
    return '';
  }
}

const SECRET_TAG = '!secret';

/** Names may hold dots; a control character cannot be part of a path that matters. */
function pathKey(path: readonly string[]): string {
  return path.join('\u0000');
}

function parse(text: string, lineCounter: LineCounter): Document.Parsed | undefined {
  try {
    return parseDocument(text, {
      lineCounter,
      schema: 'failsafe',
      stringKeys: true,
      prettyErrors: false,
      // The library's own check is quadratic in the number of keys.
      uniqueKeys: false,
      customTags: [{tag: SECRET_TAG, resolve: (name: string) => name}],
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The library's words quote the text around an error, which may be a password: hence our own. */
function syntaxMessage({code}: YAMLError): string {
  return SYNTAX_MESSAGES[code] ?? `is not valid YAML here (${code.toLowerCase().replaceAll('_', ' ')})`;
}

const SYNTAX_MESSAGES: Partial<Record<YAMLError['code'], string>> = {
  BAD_ALIAS: 'an alias (*) needs a name; put text that starts with * in quotes',
  BAD_DQ_ESCAPE: 'unknown escape sequence; use single quotes where \\ is meant literally',
  BAD_INDENT: 'wrong indentation; keys of one mapping stand in the same column',
  BAD_SCALAR_START: 'text that starts with this character needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second key on the same line; put it on a line of its own or the text in quotes',
  BLOCK_IN_FLOW: 'inside [ ] and { } only commas separate; or a closing bracket is missing above',
  KEY_OVER_1024_CHARS: 'this key is too long; is a colon or a line break missing?',
  MISSING_CHAR: 'a character is missing here: a closing quote, bracket, a comma or the space after a colon',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line; is a colon missing?',
  MULTIPLE_DOCS: 'only one document (---) is allowed',
  NON_STRING_KEY: 'a key must be plain text',
  RESOURCE_EXHAUSTION: TOO_LARGE,
  TAB_AS_INDENT: 'tabs are not allowed for indentation; use spaces',
  TAG_RESOLVE_FAILED:
    'unknown tag; the only one allowed is !secret NAME. Put text that starts with ! in quotes',
  UNEXPECTED_TOKEN: 'unexpected character; is a quote or a bracket missing above?',
};

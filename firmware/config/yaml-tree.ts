import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type YAMLError,
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

/** Finds the secret of that name; undefined where there is none. */
export type SecretLookup = (name: string) => {value: string} | {reason: string};

/** No configuration is deeper or has more values than this, aliases counted as often as they are used. */
const DEPTH_LIMIT = 16;
const VALUE_LIMIT = 20_000;
const PROBLEM_LIMIT = 20;

/**
 * Reads one YAML document. Syntax errors, repeated keys, unknown tags and secrets that cannot be found
 * are in `problems`; the value is then incomplete.
 */
export function readYaml(text: string, file: string, secret: SecretLookup | undefined): YamlTree {
  const lines = new LineCounter();
  const document = parse(text, lines);
  const keyPlaces = new Map<string, number>();
  const valuePlaces = new Map<string, number>();
  const problems: ConfigProblem[] = [];

  const problemAt = (offset: number, path: readonly string[], message: string): ConfigProblem => {
    const {line, col} = lines.linePos(offset);
    return {file, line: Math.max(line, 1), column: Math.max(col, 1), key: path.map(shown).join('.'), message};
  };
  const at = (path: readonly string[], message: string): ConfigProblem => {
    for (let length = path.length; length > 0; length -= 1) {
      const offset = valuePlaces.get(pathKey(path.slice(0, length)));
      if (offset !== undefined) return problemAt(offset, path, message);
    }
    return problemAt(valuePlaces.get('') ?? 0, path, message);
  };
  const atKey = (path: readonly string[], message: string): ConfigProblem => {
    const offset = keyPlaces.get(pathKey(path));
    return offset === undefined ? at(path, message) : problemAt(offset, path, message);
  };

  const unreadable: YamlTree = {value: '', readable: false, problems, at, atKey};
  if (document === undefined) {
    problems.push(problemAt(0, [], 'is nested too deeply'));
    return unreadable;
  }
  const errors = [...document.errors, ...document.warnings].sort((one, other) => one.pos[0] - other.pos[0]);
  for (const error of errors.slice(0, PROBLEM_LIMIT)) {
    problems.push(problemAt(error.pos[0], [], syntaxMessage(error)));
  }
  if (problems.length > 0) return unreadable;

  const anchors = new Map<string, ParsedNode>();
  let values = 0;
  const convert = (node: ParsedNode | null, path: readonly string[]): YamlValue => {
    values += 1;
    if (node === null) return '';
    if (path.length > 0 || !valuePlaces.has('')) valuePlaces.set(pathKey(path), node.range[0]);
    if (path.length > DEPTH_LIMIT || values > VALUE_LIMIT) {
      if (values !== Number.POSITIVE_INFINITY) {
        problems.push(problemAt(node.range[0], [], 'the file has too many values, or is nested too deeply'));
      }
      values = Number.POSITIVE_INFINITY;
      return '';
    }
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) return convert(target, path);
      problems.push(at(path, 'is an alias (*) of an anchor (&) that is not defined above it'));
      return '';
    }
    let value: YamlValue;
    if (isMap(node)) {
      const map: {[key: string]: YamlValue} = {};
      for (const {key, value: child} of node.items) {
        const name = isScalar(key) ? String(key.value) : '';
        const childPath = [...path, name];
        if (key.range !== null && key.range !== undefined && !keyPlaces.has(pathKey(childPath))) {
          keyPlaces.set(pathKey(childPath), key.range[0]);
        } else {
          problems.push(problemAt(key.range?.[0] ?? node.range[0], childPath, 'stands here twice; keep one'));
        }
        Object.defineProperty(map, name, {
          value: convert(child, childPath),
          enumerable: true,
          configurable: true,
        });
      }
      value = map;
    } else if (isSeq(node)) {
      value = node.items.map((item, index) => convert(item, [...path, String(index)]));
    } else {
      value = String(node.value);
      if (node.tag === SECRET_TAG) {
        const found = secret?.(value) ?? {reason: 'a secret cannot refer to another secret'};
        if ('reason' in found) problems.push(at(path, found.reason));
        value = 'value' in found ? found.value : '';
      }
    }
    // Only now, so that an alias cannot stand inside of what it stands for.
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    return value;
  };
  const value = convert(document.contents, []);
  return {value, readable: true, problems: problems.slice(0, PROBLEM_LIMIT), at, atKey};
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
  RESOURCE_EXHAUSTION: 'is nested too deeply',
  TAB_AS_INDENT: 'tabs are not allowed for indentation; use spaces',
  TAG_RESOLVE_FAILED:
    'unknown tag; the only one allowed is !secret NAME. Put text that starts with ! in quotes',
  UNEXPECTED_TOKEN: 'unexpected character; is a quote or a bracket missing above?',
};

import {headerKey, headerNumber, NUMBERED_NAMES, nameIs, numberedKey, OTHER} from './header-names.ts';
import {octetsOf, textOf, unfold} from './octets.ts';
import type {Reader} from './reader.ts';

/** Per line of a parsed message: header number, and the offsets of the line, the name's end, the value, the next line. */
const MARKS = 6;

/** A header line on its own. */
interface HeaderLine {
  readonly key: string;
  readonly name: string;
  /** Octets, unfolded. */
  readonly value: string;
  /** The whole line with its CRLF as it came, where it may go out again like that; else empty. */
  readonly raw: string;
}

/**
 * The headers of a message: in order, names in any case or compact form. Those of a parsed message stay
 * bytes until they are asked for; the first change turns them into lines of our own.
 */
export class Headers implements Iterable<[name: string, value: string]> {
  /** Counts changes, so that what was decoded from these headers can be known to be stale. */
  revision = 0;
  #reader: Reader | undefined;
  #marks: number[] = [];
  #lines: HeaderLine[] = [];

  /** Empty headers, or those that a parser found. */
  constructor(parsed?: {readonly reader: Reader; readonly marks: number[]}) {
    this.#reader = parsed?.reader;
    if (parsed) this.#marks = parsed.marks;
  }

  /** The value of the first line with this name. */
  get(name: string): string | undefined {
    const key = headerKey(name);
    const reader = this.#reader;
    if (!reader) {
      const line = this.#lines.find((candidate) => candidate.key === key);
      return line && textOf(line.value);
    }
    const at = this.#seek(reader, key, 0);
    return at < 0 ? undefined : reader.text(this.#marks[at + 3]!, this.#marks[at + 4]!);
  }

  /** The values of all lines with this name, one a line. */
  all(name: string): string[] {
    const key = headerKey(name);
    const reader = this.#reader;
    if (!reader) return this.#lines.filter((line) => line.key === key).map((line) => textOf(line.value));
    const values: string[] = [];
    for (let at = this.#seek(reader, key, 0); at >= 0; at = this.#seek(reader, key, at + MARKS)) {
      values.push(reader.text(this.#marks[at + 3]!, this.#marks[at + 4]!));
    }
    return values;
  }

  /** The values of all lines with this name, split at commas that are not within quotes or angle brackets. */
  list(name: string): string[] {
    return this.all(name).flatMap(splitAtCommas);
  }

  /** Puts `value` where the first line with this name stands (or at the end) and takes the others away. */
  set(name: string, value: string): void {
    const lines = this.#own();
    const key = headerKey(name);
    const line = makeLine(name, value);
    const first = lines.findIndex((candidate) => candidate.key === key);
    if (first < 0) lines.push(line);
    else
      this.#lines = lines.filter((candidate, at) => candidate.key !== key || at === first).with(first, line);
  }

  /** Adds a line at the end. Throws where name or value would break the line. */
  append(name: string, value: string): void {
    this.#own().push(makeLine(name, value));
  }

  /** Adds a line before all others. */
  prepend(name: string, value: string): void {
    this.#own().unshift(makeLine(name, value));
  }

  /** Takes all lines with this name away. */
  remove(name: string): void {
    const key = headerKey(name);
    this.#lines = this.#own().filter((line) => line.key !== key);
  }

  /** Takes the first value with this name away: of a line that lists several, only the first of them. */
  removeFirst(name: string): void {
    const lines = this.#own();
    const key = headerKey(name);
    const first = lines.findIndex((line) => line.key === key);
    if (first < 0) return;
    const [, ...rest] = splitAtCommas(lines[first]!.value);
    if (rest.length === 0) lines.splice(first, 1);
    else lines[first] = {key, name: lines[first]!.name, value: rest.join(', '), raw: ''};
  }

  *[Symbol.iterator](): Iterator<[name: string, value: string]> {
    const reader = this.#reader;
    if (!reader) {
      for (const line of this.#lines) yield [line.name, textOf(line.value)];
      return;
    }
    const marks = this.#marks;
    for (let at = 0; at < marks.length; at += MARKS) {
      yield [reader.text(marks[at + 1]!, marks[at + 2]!), reader.text(marks[at + 3]!, marks[at + 4]!)];
    }
  }

  /** Appends the lines of `source` with these header numbers, in their order there and byte for byte. */
  copyLines(source: Headers, wanted: readonly boolean[]): void {
    const lines = this.#own();
    for (const line of source.#select(wanted)) lines.push(line);
  }

  /** Adds `octets` to the value of the first line with this name. */
  extend(name: string, octets: string): void {
    const lines = this.#own();
    const key = headerKey(name);
    const first = lines.findIndex((line) => line.key === key);
    const line = lines[first];
    if (line) lines[first] = {key, name: line.name, value: line.value + octets, raw: ''};
  }

  /** All lines but those with the key `except`, as octets ready to be sent. */
  toOctets(except: string): string {
    let octets = '';
    for (const line of this.#reader ? this.#select(undefined) : this.#lines) {
      if (line.key === except) continue;
      octets += line.raw === '' ? `${line.name}: ${line.value}\r\n` : line.raw;
    }
    return octets;
  }

  #seek(reader: Reader, key: string, from: number): number {
    const marks = this.#marks;
    const number = headerNumber(key);
    for (let at = from; at < marks.length; at += MARKS) {
      if (marks[at] !== number) continue;
      if (number !== OTHER || nameIs(reader, marks[at + 1]!, marks[at + 2]!, key)) return at;
    }
    return -1;
  }

  #own(): HeaderLine[] {
    this.revision++;
    if (this.#reader) {
      this.#lines = this.#select(undefined);
      this.#reader = undefined;
      this.#marks = [];
    }
    return this.#lines;
  }

  #select(wanted: readonly boolean[] | undefined): HeaderLine[] {
    const reader = this.#reader;
    if (!reader) {
      return wanted ? this.#lines.filter((line) => wanted[headerNumber(line.key)]) : this.#lines;
    }
    const marks = this.#marks;
    const lines: HeaderLine[] = [];
    for (let at = 0; at < marks.length; at += MARKS) {
      if (!wanted || wanted[marks[at]!]) lines.push(lineAt(reader, marks, at));
    }
    return lines;
  }
}

function lineAt(reader: Reader, marks: number[], at: number): HeaderLine {
  const number = marks[at]!;
  const start = marks[at + 1]!;
  const end = marks[at + 5]!;
  const name = number === OTHER ? reader.octets(start, marks[at + 2]!) : NUMBERED_NAMES[number]!;
  const value = reader.octets(marks[at + 3]!, marks[at + 4]!);
  // A folded line, or one that ended in a bare LF, is not passed on as it came.
  const raw = reader.octets(start, end);
  const regular = !reader.folded && raw.charCodeAt(raw.length - 2) === 0x0d;
  return {
    key: number === OTHER ? headerKey(name) : numberedKey(number),
    name,
    value: reader.folded ? unfold(value) : value,
    raw: regular ? raw : '',
  };
}

function makeLine(name: string, value: string): HeaderLine {
  const octets = octetsOf(value);
  if (octets.includes('\n') || octets.includes('\r') || name.includes('\n') || name.includes('\r')) {
    throw new Error(`line break in header ${JSON.stringify(name)}`);
  }
  return {key: headerKey(name), name, value: octets, raw: ''};
}

/** Splits a header value at the commas outside quoted strings and angle brackets; no empty values. */
export function splitAtCommas(value: string): string[] {
  if (!value.includes(',')) {
    const only = value.trim();
    return only === '' ? [] : [only];
  }
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let bracketed = false;
  for (let index = 0; index <= value.length; index++) {
    const character = value[index];
    if (quoted) {
      if (character === '\\') index++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '<') bracketed = true;
    else if (character === '>') bracketed = false;
    if (index >= value.length || (character === ',' && !quoted && !bracketed)) {
      const part = value.slice(start, index).trim();
      if (part !== '') parts.push(part);
      start = index + 1;
    }
  }
  return parts;
}

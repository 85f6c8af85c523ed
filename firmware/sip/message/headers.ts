import {
  HeaderLine,
  lineOf,
  makeLine,
  markOf,
  nameEndOf,
  numberOf,
  readLine,
  readValueText,
  startOf,
} from './header-line.ts';
import {GAP, type HeaderName, headerKey, headerName, nameIs, OTHER, TO} from './header-names.ts';
import {textOf} from './octets.ts';
import type {Reader} from './reader.ts';

/** What a response takes over from the headers of its request. */
interface CopiedLines {
  /** Which lines those were to be, as `copy` was asked. */
  readonly wanted: readonly boolean[];
  /** What is added to To. */
  readonly suffix: string;
  readonly marks: number[];
  /** All of them as octets, once they have been written. */
  octets: string | undefined;
}

/**
 * The headers of a message: in order, names in any case or compact form. Those of a parsed message, and their copies in a
 * response, stay bytes until they are asked for. What is added at the end are lines of our own behind them; any other
 * change makes such lines of all.
 */
export class Headers implements Iterable<[name: string, value: string]> {
  /** Counts changes, so that what was decoded from these headers can be known to be stale. */
  revision = 0;
  #reader: Reader | undefined;
  #marks: number[];
  /** Lines of our own, behind those in the reader. */
  #lines: HeaderLine[] = [];
  /** Lines of another message, such as a parser has checked to their end, where these are such. */
  #copied: CopiedLines | undefined;
  /** What the last copy took: most requests are answered twice or more, with the same lines. */
  #lastCopy: CopiedLines | undefined;
  /** What a copy for a response adds to To. */
  #toSuffix = '';

  /** Empty headers, or those that a parser found in a reader. */
  constructor(reader?: Reader, marks: number[] = []) {
    this.#reader = reader;
    this.#marks = marks;
  }

  /** The value of the first line with this name. */
  get(name: string): string | undefined {
    const wanted = headerName(name);
    const reader = this.#reader;
    const at = reader ? this.#seek(reader, wanted, 0) : -1;
    if (reader && at >= 0) return this.#valueAt(reader, at);
    for (const line of this.#lines) if (line.key === wanted.key) return textOf(line.value);
    return undefined;
  }

  /** The values of all lines with this name, one a line. */
  all(name: string): string[] {
    const wanted = headerName(name);
    const reader = this.#reader;
    const values: string[] = [];
    if (reader) {
      for (let at = this.#seek(reader, wanted, 0); at >= 0; at = this.#seek(reader, wanted, at + 1)) {
        values.push(this.#valueAt(reader, at));
      }
    }
    for (const line of this.#lines) if (line.key === wanted.key) values.push(textOf(line.value));
    return values;
  }

  /** The values of all lines with this name, split at commas that are not within quotes or angle brackets. */
  list(name: string): string[] {
    const values = this.all(name);
    return values.length === 0 ? values : values.flatMap(splitAtCommas);
  }

  /** Puts `value` where the first line with this name stands (or at the end) and takes the others away. */
  set(name: string, value: string): void {
    const wanted = headerName(name);
    const {key} = wanted;
    this.revision++;
    const reader = this.#reader;
    const lines = reader && this.#seek(reader, wanted, 0) < 0 ? this.#lines : this.#own();
    const line = makeLine(name, value);
    const first = lines.findIndex((candidate) => candidate.key === key);
    if (first < 0) lines.push(line);
    else
      this.#lines = lines.filter((candidate, at) => candidate.key !== key || at === first).with(first, line);
  }

  /** Adds a line at the end. Throws where name or value would break the line. */
  append(name: string, value: string): void {
    this.revision++;
    this.#lines.push(makeLine(name, value));
  }

  /** Adds lines at the end; those that were made before (`makeLine`) as they are. */
  appendAll(headers: readonly {readonly name: string; readonly value: string}[]): void {
    if (headers.length === 0) return;
    this.revision++;
    for (const header of headers) {
      this.#lines.push(header instanceof HeaderLine ? header : makeLine(header.name, header.value));
    }
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
    else lines[first] = lineOf(key, lines[first]!.name, rest.join(', '));
  }

  *[Symbol.iterator](): Iterator<[name: string, value: string]> {
    const reader = this.#reader;
    const marks = this.#marks;
    for (let at = 0; reader && at < marks.length; at++) {
      if (numberOf(marks[at]!) === GAP) continue;
      const start = startOf(marks[at]!);
      const name = reader.octets.slice(start, nameEndOf(reader, start));
      yield [name, this.#valueAt(reader, at)];
    }
    for (const line of this.#lines) yield [line.name, textOf(line.value)];
  }

  /**
   * The lines with these header numbers, in their order and byte for byte, as headers of their own; a
   * `tag` is added to To.
   */
  copy(wanted: readonly boolean[], tag: string | undefined): Headers {
    const suffix = tag === undefined ? '' : `;tag=${tag}`;
    const reader = this.#reader;
    const copy = new Headers();
    if (!reader?.regular || this.#lines.length > 0) {
      const lines = this.#allLines().filter((line) => wanted[headerName(line.key).number]);
      copy.#lines = lines.map((line) =>
        line.key === 'to' ? lineOf(line.key, line.name, line.value + suffix) : line,
      );
      return copy;
    }
    const copied = this.#copyLines(wanted, this.#toSuffix + suffix);
    copy.#reader = reader;
    copy.#copied = copied;
    copy.#marks = copied.marks;
    copy.#toSuffix = copied.suffix;
    return copy;
  }

  #copyLines(wanted: readonly boolean[], suffix: string): CopiedLines {
    const last = this.#lastCopy;
    if (last?.wanted === wanted && last.suffix === suffix) return last;
    const marks = this.#marks;
    const copied: number[] = [];
    let inside = false;
    for (let at = 0; at < marks.length; at++) {
      const mark = marks[at]!;
      const wantsIt = wanted[numberOf(mark)]!;
      if (wantsIt) copied.push(mark);
      else if (inside) copied.push(markOf(GAP, startOf(mark)));
      inside = wantsIt;
    }
    this.#lastCopy = {wanted, suffix, marks: copied, octets: undefined};
    return this.#lastCopy;
  }

  /** All lines but those with the key `except`, as octets ready to be sent. */
  toOctets(except: string): string {
    const reader = this.#reader;
    const copied = reader?.regular ? this.#copied : undefined;
    let octets = '';
    if (reader && copied) {
      copied.octets ??= this.#copiedOctets(reader);
      octets = copied.octets;
    }
    for (const line of copied ? this.#lines : this.#allLines()) if (line.key !== except) octets += line.line;
    return octets;
  }

  /** The lines of a copy, in as few slices as there are gaps between them. */
  #copiedOctets(reader: Reader): string {
    const {octets} = reader;
    const marks = this.#marks;
    let text = '';
    let start = -1;
    for (let at = 0; at < marks.length; at++) {
      const number = numberOf(marks[at]!);
      const line = startOf(marks[at]!);
      if (number === GAP) {
        text += octets.slice(start, line);
        start = -1;
      } else if (start < 0) start = line;
      if (number === TO && this.#toSuffix !== '') {
        const end = startOf(marks[at + 1]!) - 2;
        text += octets.slice(start, end) + this.#toSuffix;
        start = end;
      }
    }
    return text;
  }

  #valueAt(reader: Reader, at: number): string {
    const mark = this.#marks[at]!;
    const value = readValueText(reader, mark, this.#marks[at + 1]!);
    return numberOf(mark) === TO ? value + this.#toSuffix : value;
  }

  #seek(reader: Reader, {key, number}: HeaderName, from: number): number {
    const marks = this.#marks;
    for (let at = from; at < marks.length; at++) {
      if (numberOf(marks[at]!) !== number) continue;
      if (number !== OTHER || nameIs(reader, startOf(marks[at]!), key)) return at;
    }
    return -1;
  }

  #own(): HeaderLine[] {
    this.revision++;
    if (this.#reader) {
      this.#lines = this.#allLines();
      this.#reader = undefined;
      this.#marks = [];
      this.#toSuffix = '';
    }
    return this.#lines;
  }

  #allLines(): HeaderLine[] {
    const reader = this.#reader;
    if (!reader) return this.#lines;
    const marks = this.#marks;
    const lines: HeaderLine[] = [];
    for (let at = 0; at < marks.length; at++) {
      if (numberOf(marks[at]!) === GAP) continue;
      const line = readLine(reader, marks[at]!, marks[at + 1]!);
      const tagged = numberOf(marks[at]!) === TO && this.#toSuffix !== '';
      lines.push(tagged ? lineOf(line.key, line.name, line.value + this.#toSuffix) : line);
    }
    lines.push(...this.#lines);
    return lines;
  }
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

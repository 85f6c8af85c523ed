import {COLON, isOf, isSpace, TOKEN} from './characters.ts';
import {headerKey, numberedKey, OTHER} from './header-names.ts';
import {octetsOf, unfold} from './octets.ts';
import type {Reader} from './reader.ts';

/** A header line on its own. */
export class HeaderLine {
  /** Name in lower case, never compact. */
  readonly key: string;
  readonly name: string;
  /** Octets, unfolded. */
  readonly value: string;
  /** Octets of the whole line, as it goes out. */
  readonly line: string;

  constructor(key: string, name: string, value: string, line: string) {
    this.key = key;
    this.name = name;
    this.value = value;
    this.line = line;
  }
}

/** A line of our own. Throws where name or value would break it. */
export function makeLine(name: string, value: string): HeaderLine {
  return lineOf(headerKey(name), octetsOf(name), octetsOf(value));
}

/** A line with this value, in octets. */
export function lineOf(key: string, name: string, value: string): HeaderLine {
  return new HeaderLine(key, name, value, `${name}: ${value}\r\n`);
}

/**
 * A header line that a parser found, as one small integer: what it is called, and where it starts. It ends where
 * the next mark starts; the last mark of an array, and one between lines that are left out, is a GAP.
 */
export function markOf(number: number, start: number): number {
  return (number << 16) | start;
}

/** The header number of a mark. */
export function numberOf(mark: number): number {
  return mark >>> 16;
}

/** The offset of a mark's line. */
export function startOf(mark: number): number {
  return mark & 0xffff;
}

/** The line of a mark on its own, `end` being the next mark; a folded one is joined. */
export function readLine(reader: Reader, mark: number, end: number): HeaderLine {
  const number = numberOf(mark);
  const start = startOf(mark);
  const nameEnd = nameEndOf(reader, start);
  const octets = reader.octets.slice(valueStartOf(reader, nameEnd), valueEndOf(reader, startOf(end)));
  const name = reader.octets.slice(start, nameEnd);
  const key = number === OTHER ? headerKey(name) : numberedKey(number);
  const value = unfold(octets);
  // Only what stands on a line of its own, without a CR inside, goes out again as it came.
  if (!reader.regular || value !== octets) return lineOf(key, name, value);
  return new HeaderLine(key, name, value, reader.octets.slice(start, startOf(end)));
}

/** The value, as text, of the line of a mark, `end` being the next mark. */
export function readValueText(reader: Reader, mark: number, end: number): string {
  const start = valueStartOf(reader, nameEndOf(reader, startOf(mark)));
  return unfold(reader.text(start, valueEndOf(reader, startOf(end))));
}

/** Where the name of a checked line ends. */
export function nameEndOf(reader: Reader, start: number): number {
  let index = start + 1;
  while (isOf(reader.bytes[index], TOKEN)) index++;
  return index;
}

function valueStartOf(reader: Reader, nameEnd: number): number {
  let index = nameEnd;
  while (reader.bytes[index] !== COLON) index++;
  return reader.skipSpace(index + 1);
}

/** Behind the value; behind the colon where it is empty, before `valueStartOf`. */
function valueEndOf(reader: Reader, lineEnd: number): number {
  let index = lineEnd;
  while (isSpace(reader.bytes[index - 1]!)) index--;
  return index;
}

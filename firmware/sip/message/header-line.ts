import {COLON, isOf, isSpace, TOKEN} from './characters.ts';
import {headerKey, numberedKey, OTHER} from './header-names.ts';
import {octetsOf, unfold} from './octets.ts';
import type {Reader} from './reader.ts';

/** A header line on its own. */
export interface HeaderLine {
  /** Name in lower case, never compact. */
  readonly key: string;
  readonly name: string;
  /** Octets, unfolded. */
  readonly value: string;
  /** Octets of the whole line, as it goes out. */
  readonly line: string;
}

/** A line of our own. Throws where name or value would break it. */
export function makeLine(name: string, value: string): HeaderLine {
  const octets = octetsOf(value);
  if (octets.includes('\n') || octets.includes('\r') || name.includes('\n') || name.includes('\r')) {
    throw new Error(`line break in header ${JSON.stringify(name)}`);
  }
  return lineOf(headerKey(name), name, octets);
}

/** A line with this value, in octets. */
export function lineOf(key: string, name: string, value: string): HeaderLine {
  return {key, name, value, line: `${name}: ${value}\r\n`};
}

/** The line that a parser found from `start` to `end`; a folded one is joined. */
export function readLine(reader: Reader, number: number, start: number, end: number): HeaderLine {
  const nameEnd = nameEndOf(reader, start);
  const octets = reader.octets.slice(valueStartOf(reader, nameEnd), valueEndOf(reader, end));
  const name = reader.octets.slice(start, nameEnd);
  const key = number === OTHER ? headerKey(name) : numberedKey(number);
  if (!reader.regular) return lineOf(key, name, unfold(octets));
  return {key, name, value: octets, line: reader.octets.slice(start, end)};
}

/** The value, as text, of the line that a parser found from `start` to `end`. */
export function readValueText(reader: Reader, start: number, end: number): string {
  return reader.text(valueStartOf(reader, nameEndOf(reader, start)), valueEndOf(reader, end));
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

import {COLON, isOf, isSpace, TOKEN} from './characters.ts';
import {headerKey, numberedKey, OTHER} from './header-names.ts';
import {lineBreak} from './lines.ts';
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

/**
 * A header line that a parser found, as one small integer: what it is called, and where it starts. An array
 * of these grows without being copied as often as one of several numbers a line.
 */
export function markOf(number: number, start: number): number {
  return number * 0x10000 + start;
}

/** The header number of a mark. */
export function numberOf(mark: number): number {
  return mark >>> 16;
}

/** The offset of a mark's line. */
export function startOf(mark: number): number {
  return mark & 0xffff;
}

/** Where the line behind this one starts. */
export function nextLineOf(reader: Reader, start: number): number {
  return lineBreak(reader.bytes, reader.lineEnd(start));
}

/** The line of a mark on its own; a folded one is joined. */
export function readLine(reader: Reader, mark: number): HeaderLine {
  const number = numberOf(mark);
  const start = startOf(mark);
  const end = nextLineOf(reader, start);
  const nameEnd = nameEndOf(reader, start);
  const octets = reader.octets.slice(valueStartOf(reader, nameEnd), valueEndOf(reader, end));
  const name = reader.octets.slice(start, nameEnd);
  const key = number === OTHER ? headerKey(name) : numberedKey(number);
  if (!reader.regular) return lineOf(key, name, unfold(octets));
  return {key, name, value: octets, line: reader.octets.slice(start, end)};
}

/** The value, as text, of the line at `start`. */
export function readValueText(reader: Reader, start: number): string {
  return reader.text(
    valueStartOf(reader, nameEndOf(reader, start)),
    valueEndOf(reader, reader.lineEnd(start)),
  );
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

import {isAscii} from 'node:buffer';
import {BACKSLASH, CLASSES, CR, EQUALS, LF, PARAMETER_VALUE, QUOTE, SPACE, TAB, TOKEN} from './characters.ts';
import {foldEnd} from './lines.ts';
import {octetsFrom, textOf, unfold} from './octets.ts';
import {unquote} from './quoted-string.ts';

/** A lower-case word as its character codes, for `isWord`. */
export type Word = readonly number[];

/** The word `text`, which is lower-case ASCII. */
export function wordOf(text: string): Word {
  return Array.from(text, (character) => character.charCodeAt(0));
}

/**
 * The bytes of a message (or of one value) and the steps by which its grammar is read. Every step
 * takes an offset and returns the offset behind what it read, or -1 where that is not there; none
 * copies or decodes. A reader stays with what was read from it, for `text` to decode when asked.
 */
export class Reader {
  readonly bytes: Buffer;
  /** The bytes, or the first of them that are header section, one character a byte. Slices share its characters. */
  readonly octets: string;
  /** Whether all lines end in CRLF and none was continued on a following line (RFC 3261 section 7.3.1). */
  regular = true;
  /** Where the value that a scanner read last ends. */
  position = 0;
  /** Offsets of the parameter that `parameter` read last; `valueStart` is -1 where it has no value. */
  nameStart = 0;
  nameEnd = 0;
  valueStart = -1;
  valueEnd = -1;
  /** Whether the string that `quotedString` read last has escapes. */
  escaped = false;
  /** The number that `number` read last. */
  value = 0;
  /** Whether octets are text as they are: ASCII, and nothing folded. */
  #plain: boolean;

  /** A reader of `bytes`, whose first `length` can be asked for as text. */
  constructor(bytes: Uint8Array, length = bytes.length) {
    this.bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.octets = octetsFrom(this.bytes, length);
    this.#plain = isAscii(this.bytes);
  }

  /** A reader of one value. */
  static ofText(text: string): Reader {
    return new Reader(Buffer.from(text, 'utf8'));
  }

  /** The text from `start` to `end`: unfolded, and UTF-8 decoded. */
  text(start: number, end: number): string {
    const octets = this.octets.slice(start, end);
    return this.#plain ? octets : textOf(unfold(octets));
  }

  /** Notes a folded line or one that does not end in CRLF. */
  setIrregular(): void {
    this.regular = false;
    this.#plain = false;
  }

  /** Past spaces, tabs and folds (LWS). */
  skipSpace(start: number): number {
    const bytes = this.bytes;
    let index = start;
    while (index < bytes.length) {
      const code = bytes[index]!;
      if (code === SPACE || code === TAB) {
        index++;
        continue;
      }
      if (code !== CR && code !== LF) return index;
      const next = foldEnd(bytes, index);
      if (next < 0) return index;
      this.setIrregular();
      index = next;
    }
    return index;
  }

  /**
   * The line break that ends the value at `start`, continuation lines included; -1 where the message ends before
   * that. The runtime's search for a character is many times faster than a loop here.
   */
  lineEnd(start: number): number {
    const {bytes, octets} = this;
    let from = start;
    for (;;) {
      const feed = octets.indexOf('\n', from);
      if (feed < 0) return -1;
      const next = bytes[feed + 1];
      if (next !== SPACE && next !== TAB) return feed > from && bytes[feed - 1] === CR ? feed - 1 : feed;
      this.setIrregular();
      from = feed + 2;
    }
  }

  /** Past the bytes of the class `bit`; at least one, or -1. Four a turn: this is where the time goes. */
  run(start: number, bit: number): number {
    const {bytes} = this;
    const classes = CLASSES;
    const last = bytes.length - 4;
    let index = start;
    for (; index <= last; index += 4) {
      if ((classes[bytes[index]!]! & bit) === 0) return index === start ? -1 : index;
      if ((classes[bytes[index + 1]!]! & bit) === 0) return index + 1;
      if ((classes[bytes[index + 2]!]! & bit) === 0) return index + 2;
      if ((classes[bytes[index + 3]!]! & bit) === 0) return index + 3;
    }
    while (index < bytes.length && (classes[bytes[index]!]! & bit) !== 0) index++;
    return index === start ? -1 : index;
  }

  /** Past a decimal number of at most `most`, which is left in `value`; -1 where there is none or it is larger. */
  number(start: number, most: number): number {
    const bytes = this.bytes;
    const length = bytes.length;
    let index = start;
    let value = 0;
    while (index < length) {
      const digit = bytes[index]! - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      if (value > most) return -1;
      index++;
    }
    this.value = value;
    return index === start ? -1 : index;
  }

  /**
   * Past a quoted string that opens at `start`; -1 where it is not closed on its (folded) line. Whether it has
   * escapes is left in `escaped`.
   */
  quotedString(start: number): number {
    const {bytes} = this;
    let index = start + 1;
    this.escaped = false;
    while (index < bytes.length) {
      const code = bytes[index]!;
      if (code === QUOTE) return index + 1;
      if (code === BACKSLASH) {
        this.escaped = true;
        index++;
        if (index >= bytes.length || bytes[index] === CR || bytes[index] === LF) return -1;
      } else if (code === CR || code === LF) {
        const next = foldEnd(bytes, index);
        if (next < 0) return -1;
        this.setIrregular();
        index = next;
        continue;
      }
      index++;
    }
    return -1;
  }

  /** What the token or quoted string from `start` to `end` says. */
  unquoted(start: number, end: number): string {
    if (this.bytes[start] !== QUOTE) return this.text(start, end);
    // With its quotes: what is folded right behind one keeps its space.
    const text = this.text(start, end);
    return this.escaped ? unquote(text) : text.slice(1, -1);
  }

  /**
   * Past `;name` or `;name=value` at `start`, which is a semicolon, and white space behind it; the offsets are left in
   * `nameStart` to `valueEnd`, a quoted value with its quotes. -1 where the name or the value is missing.
   */
  parameter(start: number): number {
    const {bytes} = this;
    let index = start + 1;
    if (bytes[index]! <= SPACE) index = this.skipSpace(index);
    this.nameStart = index;
    index = this.run(index, TOKEN);
    if (index < 0) return -1;
    this.nameEnd = index;
    this.valueStart = -1;
    this.valueEnd = -1;
    if (bytes[index]! <= SPACE) index = this.skipSpace(index);
    if (bytes[index] !== EQUALS) return index;
    index++;
    if (bytes[index]! <= SPACE) index = this.skipSpace(index);
    this.valueStart = index;
    index = bytes[index] === QUOTE ? this.quotedString(index) : this.run(index, PARAMETER_VALUE);
    this.valueEnd = index;
    return index < 0 || bytes[index]! > SPACE ? index : this.skipSpace(index);
  }

  /** Whether the bytes from `start` to `end` are `word`, in any case. */
  isWord(start: number, end: number, word: Word): boolean {
    if (end - start !== word.length) return false;
    const bytes = this.bytes;
    for (let index = 0; index < word.length; index++) {
      const code = bytes[start + index]!;
      const wanted = word[index]!;
      // Only letters have two cases; 0x20 is what is between them.
      if (code !== wanted && (wanted < 0x61 || wanted > 0x7a || (code | 0x20) !== wanted)) return false;
    }
    return true;
  }
}

import {isAscii} from 'node:buffer';
import {
  BACKSLASH,
  CLASSES,
  CR,
  EQUALS,
  LF,
  PARAMETER_VALUE,
  QUOTE,
  SEMICOLON,
  SPACE,
  TAB,
  TOKEN,
} from './characters.ts';
import {textOf, unfold} from './octets.ts';

/**
 * The bytes of a message (or of one value) and the steps by which its grammar is read. Every step
 * takes an offset and returns the offset behind what it read, or -1 where that is not there; none
 * copies or decodes. A reader stays with what was read from it, for `text` to decode when asked.
 */
export class Reader {
  readonly bytes: Buffer;
  /** Whether anything was continued on a following line (RFC 3261 section 7.3.1). */
  folded = false;
  /** Offsets of the parameter that `parameter` read last; `valueStart` is -1 where it has no value. */
  nameStart = 0;
  nameEnd = 0;
  valueStart = -1;
  valueEnd = -1;
  /** The number that `number` read last. */
  value = 0;
  #length: number;
  #octets: string | undefined;
  #ascii = false;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#length = bytes.length;
  }

  /** From here on only the first `length` bytes, the header section, are decoded for `octets` and `text`. */
  endOctetsAt(length: number): void {
    this.#length = length;
    this.#octets = undefined;
  }

  /** The bytes from `start` to `end`, one character a byte. */
  octets(start: number, end: number): string {
    return this.#all().slice(start, end);
  }

  /** The text from `start` to `end`: unfolded, and UTF-8 decoded. */
  text(start: number, end: number): string {
    const octets = this.#all().slice(start, end);
    const line = this.folded ? unfold(octets) : octets;
    return this.#ascii ? line : textOf(line);
  }

  /** Whether all of the header section is ASCII. */
  get ascii(): boolean {
    this.#all();
    return this.#ascii;
  }

  #all(): string {
    if (this.#octets !== undefined) return this.#octets;
    // One call out of JavaScript for all: later slices of this string share its characters.
    const octets = this.bytes.toString('latin1', 0, this.#length);
    this.#octets = octets;
    this.#ascii = isAscii(this.bytes) || isAscii(this.bytes.subarray(0, this.#length));
    return octets;
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
      this.folded = true;
      index = next;
    }
    return index;
  }

  /** Past the bytes of the class `bit`; at least one, or -1. */
  run(start: number, bit: number): number {
    const bytes = this.bytes;
    const length = bytes.length;
    let index = start;
    while (index < length && (CLASSES[bytes[index]!]! & bit) !== 0) index++;
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

  /** Past a quoted string that opens at `start`; -1 where it is not closed on its (folded) line. */
  quotedString(start: number): number {
    const bytes = this.bytes;
    const length = bytes.length;
    let index = start + 1;
    while (index < length) {
      const code = bytes[index]!;
      if (code === QUOTE) return index + 1;
      if (code === BACKSLASH) {
        index++;
        if (index >= length || bytes[index] === CR || bytes[index] === LF) return -1;
      } else if (code === CR || code === LF) {
        const next = foldEnd(bytes, index);
        if (next < 0) return -1;
        this.folded = true;
        index = next;
        continue;
      }
      index++;
    }
    return -1;
  }

  /**
   * Past `;name` or `;name=value` at `start`, which is a semicolon; its offsets are left in `nameStart`
   * to `valueEnd`, a quoted value with its quotes. -1 where the name or the value is missing.
   */
  parameter(start: number): number {
    const bytes = this.bytes;
    let index = start + 1;
    if ((CLASSES[bytes[index]!]! & TOKEN) === 0) index = this.skipSpace(index);
    this.nameStart = index;
    index = this.run(index, TOKEN);
    if (index < 0) return -1;
    this.nameEnd = index;
    this.valueStart = -1;
    this.valueEnd = -1;
    let code = bytes[index];
    if (code !== EQUALS) {
      if (code === SEMICOLON) return index;
      index = this.skipSpace(index);
      code = bytes[index];
      if (code !== EQUALS) return index;
    }
    index++;
    code = bytes[index];
    if (code === SPACE || code === TAB || code === CR || code === LF) {
      index = this.skipSpace(index);
      code = bytes[index];
    }
    this.valueStart = index;
    index = code === QUOTE ? this.quotedString(index) : this.run(index, PARAMETER_VALUE);
    this.valueEnd = index;
    return index;
  }

  /** Whether the bytes from `start` to `end` are `lower`, a lower-case word, in any case. */
  isWord(start: number, end: number, lower: string): boolean {
    if (end - start !== lower.length) return false;
    for (let index = 0; index < lower.length; index++) {
      const code = this.bytes[start + index]!;
      const folded = code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
      if (folded !== lower.charCodeAt(index)) return false;
    }
    return true;
  }
}

/** Where the text goes on after a line break that is followed by white space; -1 where the line ends here. */
export function foldEnd(bytes: Uint8Array, index: number): number {
  let next = index;
  if (bytes[next] === CR) next++;
  if (bytes[next] !== LF) return -1;
  next++;
  const code = bytes[next];
  return code === SPACE || code === TAB ? next + 1 : -1;
}

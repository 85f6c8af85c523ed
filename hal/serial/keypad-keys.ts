import type {ReaderEntry} from '../hal.ts';

/** Nobody types more. */
const longestEntry = 16;
/** So long after the last key (ms) a digit begins a new entry. */
const PAUSE = 5_000;

/**
 * Puts the keys of a keypad together: digits, which "#" or the Enter key ends, and "*" begins anew. What is none of these is
 * noise and counts for nothing.
 */
export class KeypadKeys {
  #digits = '';
  #lastAt = Number.NEGATIVE_INFINITY;

  /** Takes the keys that came at `now` (ms) as ASCII; returns the entries that are complete now. */
  push(bytes: Uint8Array, now: number): ReaderEntry[] {
    return Array.from(bytes, (byte) => this.key(String.fromCharCode(byte), now)).filter(
      (entry) => entry !== undefined,
    );
  }

  /** One key at `now` (ms): the entry that it ends. */
  key(key: string, now: number): ReaderEntry | undefined {
    if (!/[0-9*#\r\n]/.test(key)) return undefined;
    const entry = now - this.#lastAt < PAUSE ? this.#digits : '';
    this.#lastAt = now;
    const isDigit = key >= '0' && key <= '9';
    this.#digits = isDigit ? (entry + key).slice(0, longestEntry + 1) : '';
    if (isDigit || key === '*' || entry === '' || entry.length > longestEntry) return undefined;
    return {kind: 'code', digits: entry};
  }
}

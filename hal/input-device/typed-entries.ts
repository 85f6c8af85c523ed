import type {ReaderEntry} from '../hal.ts';
import {KeypadKeys} from '../serial/keypad-keys.ts';
import {EV_KEY, EV_SYN, type InputEvent, KEY_PRESSED, SYN_DROPPED} from './input-event.ts';

/** The kernel's codes (linux/input-event-codes.h) of the keys that count, in the main block, the number pad and on telephones. */
const keys: ReadonlyMap<number, string> = new Map([
  ...Array.from('1234567890', (key, index) => [2 + index, key] as const),
  ...Array.from('789', (key, index) => [71 + index, key] as const),
  ...Array.from('456', (key, index) => [75 + index, key] as const),
  ...Array.from('1230', (key, index) => [79 + index, key] as const),
  ...Array.from('0123456789*#', (key, index) => [0x200 + index, key] as const),
  [28, '\r'],
  [96, '\r'],
  [55, '*'],
]);
/** Control, shift, alt, caps lock, number lock: they enter nothing. */
const silent = new Set([29, 42, 54, 56, 58, 69, 97, 100]);

/** Readers of cards type: so many digits, each so soon (ms) after the one before, and no hand does. */
const cardDigits = 8;
const cardPace = 50;

/**
 * Puts together what is typed on a device that is a keyboard for the kernel. Digits up to the Enter key or "#" are an entry; every key
 * that is neither begins it anew. What came as fast as only a machine types is the number of a card.
 */
export class TypedEntries {
  readonly #keypad = new KeypadKeys();
  #lastAt = Number.NEGATIVE_INFINITY;
  #longestGap = 0;
  #begun = false;

  /** Takes one event; returns the entry that it ends. */
  push({type, code, value, at}: InputEvent): ReaderEntry | undefined {
    if (type === EV_SYN && code === SYN_DROPPED) return this.#key('*', at);
    if (type !== EV_KEY || value !== KEY_PRESSED || silent.has(code)) return undefined;
    return this.#key(keys.get(code) ?? '*', at);
  }

  #key(key: string, at: number): ReaderEntry | undefined {
    this.#longestGap = this.#begun ? Math.max(this.#longestGap, at - this.#lastAt) : 0;
    this.#begun = key >= '0' && key <= '9';
    this.#lastAt = at;
    const entry = this.#keypad.key(key, at);
    if (entry === undefined || entry.digits.length < cardDigits || this.#longestGap > cardPace) return entry;
    return {kind: 'card', digits: entry.digits};
  }
}

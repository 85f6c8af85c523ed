import {COLON, SPACE, TAB} from './characters.ts';
import {type Reader, type Word, wordOf} from './reader.ts';

/** Headers that the parser knows by number, so that finding them again costs no text. */
export const OTHER = 0;
export const VIA = 1;
export const FROM = 2;
export const TO = 3;
export const CALL_ID = 4;
export const CSEQ = 5;
export const CONTACT = 6;
export const MAX_FORWARDS = 7;
export const CONTENT_LENGTH = 8;
export const RECORD_ROUTE = 9;
export const EXPIRES = 10;
export const DATE = 11;

/** The numbered names as the RFC writes them; the index is the number. */
export const NUMBERED_NAMES = [
  '',
  'Via',
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Contact',
  'Max-Forwards',
  'Content-Length',
  'Record-Route',
  'Expires',
  'Date',
] as const;

/** The numbered names in lower case: keys. */
const numberedKeys = NUMBERED_NAMES.map((name) => name.toLowerCase());

const numberedWords: readonly Word[] = numberedKeys.map(wordOf);

/** Compact forms (RFC 3261 section 7.3.3 and the IANA registry of header fields). */
const compactForms: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  n: 'identity-info',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
};

const letterOfKey = new Map(Object.entries(compactForms).map(([letter, key]) => [key, letter.charCodeAt(0)]));
const numberOfKey = new Map(numberedKeys.map((key, number) => [key, number]));
/** Names as programs write them, so that the common ones need no lower-casing. */
const keyOfName = new Map<string, string>([
  ...numberedKeys.map((key): [string, string] => [key, key]),
  ...numberedKeys.map((key, number): [string, string] => [NUMBERED_NAMES[number]!, key]),
  ...Object.entries(compactForms),
]);

/** The one key of a header name, whatever its case, long or compact: `v`, `VIA` and `Via` give `via`. */
export function headerKey(name: string): string {
  const known = keyOfName.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  return keyOfName.get(lower) ?? lower;
}

/** The number of a key; OTHER where it has none. */
export function headerNumber(key: string): number {
  return numberOfKey.get(key) ?? OTHER;
}

/** The key of a numbered header. */
export function numberedKey(number: number): string {
  return numberedKeys[number]!;
}

/** Whether the name from `start` to `end` is `key`, long or compact, in any case. */
export function nameIs(reader: Reader, start: number, end: number, key: string): boolean {
  if (end - start === 1) {
    const letter = reader.bytes[start]! | 0x20;
    return letter === letterOfKey.get(key) || (key.length === 1 && letter === key.charCodeAt(0));
  }
  return end - start === key.length && reader.isWord(start, end, wordOf(key));
}

/**
 * The number of the name at `start`, long or compact, which ends before a colon or white space; OTHER
 * where it is another. The end of a numbered name is left in the reader's `nameEnd`. For each beginning only one
 * long name is left to be compared.
 */
export function identifyHeader(reader: Reader, start: number): number {
  const {bytes} = reader;
  const candidate = candidateFor(bytes, start);
  if (candidate === OTHER) return OTHER;
  const word = numberedWords[candidate]!;
  const end = start + word.length;
  reader.nameEnd = end;
  if (endsName(bytes[end]) && reader.isWord(start, end, word)) return candidate;
  reader.nameEnd = start + 1;
  return endsName(bytes[start + 1]) ? compactNumber(bytes[start]! | 0x20) : OTHER;
}

function endsName(code: number | undefined): boolean {
  return code === COLON || code === SPACE || code === TAB;
}

function candidateFor(bytes: Uint8Array, start: number): number {
  switch (bytes[start]! | 0x20) {
    case 0x76: // v
      return VIA;
    case 0x66: // f
      return FROM;
    case 0x74: // t
      return TO;
    case 0x63: // c: CSeq, Call-ID, Contact, Content-Length
      switch (bytes[start + 1]! | 0x20) {
        case 0x73:
          return CSEQ;
        case 0x61:
          return CALL_ID;
        default:
          return (bytes[start + 4]! | 0x20) === 0x65 ? CONTENT_LENGTH : CONTACT;
      }
    case 0x6d: // m, also for Contact
      return MAX_FORWARDS;
    case 0x69: // i, for Call-ID
      return CALL_ID;
    case 0x6c: // l, for Content-Length
      return CONTENT_LENGTH;
    case 0x72: // r
      return RECORD_ROUTE;
    case 0x65: // e
      return EXPIRES;
    case 0x64: // d
      return DATE;
    default:
      return OTHER;
  }
}

function compactNumber(letter: number): number {
  switch (letter) {
    case 0x76:
      return VIA;
    case 0x66:
      return FROM;
    case 0x74:
      return TO;
    case 0x69:
      return CALL_ID;
    case 0x6d:
      return CONTACT;
    case 0x6c:
      return CONTENT_LENGTH;
    default:
      return OTHER;
  }
}

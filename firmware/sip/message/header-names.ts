import type {Reader} from './reader.ts';

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
    return letter === letterOfKey.get(key) || (key.length === 1 && reader.isWord(start, end, key));
  }
  return reader.isWord(start, end, key);
}

/** The number of the name from `start` to `end`; only one candidate is left for each length and first letter. */
export function identifyHeader(reader: Reader, start: number, end: number): number {
  const first = reader.bytes[start]! | 0x20;
  let candidate = OTHER;
  switch (end - start) {
    case 1:
      return compactNumber(first);
    case 2:
      candidate = TO;
      break;
    case 3:
      candidate = VIA;
      break;
    case 4:
      if (first === 0x66) candidate = FROM;
      else if (first === 0x63) candidate = CSEQ;
      else candidate = DATE;
      break;
    case 7:
      if (first === 0x65) candidate = EXPIRES;
      else if ((reader.bytes[start + 1]! | 0x20) === 0x61) candidate = CALL_ID;
      else candidate = CONTACT;
      break;
    case 12:
      candidate = first === 0x6d ? MAX_FORWARDS : RECORD_ROUTE;
      break;
    case 14:
      candidate = CONTENT_LENGTH;
      break;
    default:
      return OTHER;
  }
  return reader.isWord(start, end, numberedKeys[candidate]!) ? candidate : OTHER;
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

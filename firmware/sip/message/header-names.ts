import {AT, COLON, SPACE, TAB} from './characters.ts';
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
/** No header: here begins what is no line, or none that belongs to these headers. */
export const GAP = 12;

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

/** Further names that every INVITE is asked for. */
const frequentNames = [
  'Accept',
  'Alert-Info',
  'Allow',
  'Answer-Mode',
  'Call-Info',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Type',
  'P-Asserted-Identity',
  'Priv-Answer-Mode',
  'Privacy',
  'Remote-Party-ID',
  'Replaces',
  'Require',
  'Session-Expires',
  'Supported',
  'User-Agent',
];

const letterOfKey = new Map(Object.entries(compactForms).map(([letter, key]) => [key, letter.charCodeAt(0)]));

/** A header name as it is looked for. */
export interface HeaderName {
  /** The one form of the name, whatever its case, long or compact: `v`, `VIA` and `Via` are `via`. */
  readonly key: string;
  /** OTHER where it has none. */
  readonly number: number;
}

const numberOf = (key: string) => Math.max(OTHER, numberedKeys.indexOf(key));
/** Names as programs write them, so that the common ones need no lower-casing. */
const knownNames = new Map<string, HeaderName>(
  [
    ...[...numberedKeys, ...NUMBERED_NAMES, ...frequentNames].map(
      (name) => [name, name.toLowerCase()] as const,
    ),
    ...Object.entries(compactForms),
  ].map(([name, key]) => [name, {key, number: numberOf(key)}]),
);

/** What is looked for under `name`, in any case, long or compact. */
export function headerName(name: string): HeaderName {
  const known = knownNames.get(name);
  if (known) return known;
  const lower = name.toLowerCase();
  return knownNames.get(lower) ?? {key: lower, number: OTHER};
}

/** The one key of a header name. */
export function headerKey(name: string): string {
  return headerName(name).key;
}

/** The key of a numbered header. */
export function numberedKey(number: number): string {
  return numberedKeys[number]!;
}

/** Whether the name at `start` of a checked line is `key`, long or compact, in any case. */
export function nameIs(reader: Reader, start: number, key: string): boolean {
  const {bytes} = reader;
  if (isNameEnd(bytes[start + 1])) {
    const letter = bytes[start]! | 0x20;
    return letter === letterOfKey.get(key) || (key.length === 1 && letter === key.charCodeAt(0));
  }
  return isText(bytes, start, key) && isNameEnd(bytes[start + key.length]);
}

/** Whether the bytes from `start` are `text`, which is in lower case, in any case; only letters have two. */
function isText(bytes: Uint8Array, start: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = bytes[start + index]!;
    const wanted = text.charCodeAt(index);
    if (code !== wanted && (wanted < 0x61 || wanted > 0x7a || (code | 0x20) !== wanted)) return false;
  }
  return true;
}

/** Which long name a first letter (its lower five bits) leaves to be compared; C stands for four. */
const candidateOf = Array.from({length: 32}, () => OTHER);
/** The same for the second letter behind C; `o` stands for two. */
const candidateOfC = Array.from({length: 32}, () => OTHER);
/** The numbers of the compact names. */
const compactOf = Array.from({length: 32}, () => OTHER);

const letterIndex = (letter: string) => letter.charCodeAt(0) & 0x1f;
for (const number of [VIA, FROM, TO, MAX_FORWARDS, RECORD_ROUTE, EXPIRES, DATE]) {
  candidateOf[letterIndex(numberedKeys[number]!)] = number;
}
for (const number of [CSEQ, CALL_ID, CONTACT]) {
  candidateOfC[letterIndex(numberedKeys[number]!.slice(1))] = number;
}
for (const [letter, key] of Object.entries(compactForms)) {
  compactOf[letterIndex(letter)] = numberOf(key);
}
const C = letterIndex('c');

/**
 * The number of the name at `start`, long or compact, which ends before a colon or white space; OTHER
 * where it is another. The end of a numbered name is left in the reader's `nameEnd`.
 */
export function identifyHeader(reader: Reader, start: number): number {
  const {bytes} = reader;
  const letter = bytes[start]! & 0x1f;
  if (isNameEnd(bytes[start + 1])) {
    reader.nameEnd = start + 1;
    return bytes[start]! > AT ? compactOf[letter]! : OTHER;
  }
  let candidate = candidateOf[letter]!;
  if (letter === C) {
    candidate = candidateOfC[bytes[start + 1]! & 0x1f]!;
    if (candidate === CONTACT && (bytes[start + 4]! | 0x20) === 0x65) candidate = CONTENT_LENGTH;
  }
  if (candidate === OTHER) return OTHER;
  const word = numberedWords[candidate]!;
  const end = start + word.length;
  reader.nameEnd = end;
  return isNameEnd(bytes[end]) && reader.isWord(start, end, word) ? candidate : OTHER;
}

function isNameEnd(code: number | undefined): boolean {
  return code === COLON || code === SPACE || code === TAB;
}

import {type Reader, wordOf} from './reader.ts';

/** Methods of RFC 3261 and its extensions, the frequent ones first. */
const names = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'REGISTER',
  'INFO',
  'UPDATE',
  'PRACK',
  'NOTIFY',
  'SUBSCRIBE',
  'REFER',
  'MESSAGE',
  'PUBLISH',
];

const methods = names.map((name) => ({name, codes: wordOf(name)}));

/** The method from `start` to `end` as a string (case matters); a known one costs no decoding. */
export function methodAt(reader: Reader, start: number, end: number): string {
  for (const {name, codes} of methods) {
    if (codes.length === end - start && isExactly(reader.bytes, start, codes)) return name;
  }
  return reader.octets.slice(start, end);
}

function isExactly(bytes: Uint8Array, start: number, codes: readonly number[]): boolean {
  for (let index = 0; index < codes.length; index++) {
    if (bytes[start + index] !== codes[index]) return false;
  }
  return true;
}

import type {StunMessage} from '../message.ts';
import {readInt32} from '../octets.ts';

/** Tables of the CRC-32 of IEEE 802.3 (ITU V.42), four bytes a step. */
const tables = makeTables();
/** What the CRC is combined with: "STUN" (RFC 8489 section 14.7). */
const mask = 0x5354554e;

/** Whether FINGERPRINT is there and right: the CRC of everything before it. */
export function hasFingerprint({bytes, fingerprintAt}: StunMessage): boolean {
  return fingerprintAt >= 0 && readInt32(bytes, fingerprintAt + 4) === fingerprintOf(bytes, fingerprintAt);
}

/** The value of FINGERPRINT after the first `end` bytes of a message, a multiple of four. */
export function fingerprintOf(bytes: Uint8Array, end: number): number {
  let crc = -1;
  for (let at = 0; at < end; at += 4) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      tables[768 + (crc & 0xff)]! ^
      tables[512 + ((crc >>> 8) & 0xff)]! ^
      tables[256 + ((crc >>> 16) & 0xff)]! ^
      tables[crc >>> 24]!;
  }
  return ~crc ^ mask;
}

/** 256 entries for a byte that is followed by 0, 1, 2 and 3 others. */
function makeTables(): Int32Array {
  const made = new Int32Array(4 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    made[byte] = crc;
  }
  for (let index = 256; index < made.length; index++) {
    const before = made[index - 256]!;
    made[index] = (before >>> 8) ^ made[before & 0xff]!;
  }
  return made;
}

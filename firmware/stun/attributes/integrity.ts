import type {IntegrityKey} from '../integrity-key.ts';
import {headerLength, type StunMessage} from '../message.ts';
import {readInt32, readUint16} from '../octets.ts';

/**
 * Whether MESSAGE-INTEGRITY (RFC 8489 section 14.5) is there and right. The HMAC is over everything before it, the
 * length in the header being as if the message ended with it.
 */
export function hasIntegrity(message: StunMessage, key: IntegrityKey): boolean {
  const at = message.integrityAt;
  if (at < 0) return false;
  return equal(message.bytes, at + 4, key.sha1.ofMessage(message.bytes, at, at + 24 - headerLength), 5);
}

/** The same for MESSAGE-INTEGRITY-SHA256 (section 14.6), which may be cut short. */
export function hasIntegritySha256(message: StunMessage, key: IntegrityKey): boolean {
  const at = message.integritySha256At;
  if (at < 0) return false;
  const size = readUint16(message.bytes, at + 2);
  const expected = key.sha256.ofMessage(message.bytes, at, at + 4 + size - headerLength);
  return equal(message.bytes, at + 4, expected, size / 4);
}

/** Compares in a time that does not tell where the difference is. */
function equal(bytes: Uint8Array, at: number, expected: Int32Array, words: number): boolean {
  let difference = 0;
  for (let word = 0; word < words; word++) difference |= readInt32(bytes, at + 4 * word) ^ expected[word]!;
  return difference === 0;
}

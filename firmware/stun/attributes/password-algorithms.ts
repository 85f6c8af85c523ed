import type {StunMessage} from '../message.ts';
import {readUint16} from '../octets.ts';
import {attributeType} from '../types.ts';

/** How the key is made of user name, realm and password (RFC 8489 section 18.5). */
export type PasswordAlgorithm = 'MD5' | 'SHA-256';

const numbers = {MD5: 1, 'SHA-256': 2} as const;
/** What a nonce begins with that carries the server's abilities, followed by 24 bits in base64 (section 9.2). */
const cookie = 'obMatJos2';
/** The bit of "password algorithms", the first of the 24. */
const passwordAlgorithmsBit = 0x80;

/** The list of PASSWORD-ALGORITHMS as it came; undefined where there is none or it is not well formed. */
export function readPasswordAlgorithms(message: StunMessage): Uint8Array | undefined {
  const value = message.value(attributeType.passwordAlgorithms);
  if (!value || value.length === 0 || value.length % 4 !== 0) return undefined;
  return value;
}

/** The best algorithm of a list that is known here. */
export function bestAlgorithm(list: Uint8Array): PasswordAlgorithm | undefined {
  const offered = new Set<number>();
  for (let at = 0; at + 4 <= list.length; at += 4 + ((readUint16(list, at + 2) + 3) & ~3))
    offered.add(readUint16(list, at));
  if (offered.has(numbers['SHA-256'])) return 'SHA-256';
  return offered.has(numbers.MD5) ? 'MD5' : undefined;
}

/** The value of PASSWORD-ALGORITHM: the one chosen. */
export function passwordAlgorithmValue(algorithm: PasswordAlgorithm): Uint8Array {
  return Uint8Array.of(0, numbers[algorithm], 0, 0);
}

/**
 * Whether a nonce says that the server sent PASSWORD-ALGORITHMS. Where they are missing all the same, somebody took
 * them out on the way to have a weaker one used (section 9.2.5).
 */
export function promisesPasswordAlgorithms(nonce: string): boolean {
  if (!nonce.startsWith(cookie)) return false;
  const bits = Buffer.from(nonce.slice(cookie.length, cookie.length + 4), 'base64');
  return bits.length === 3 && (bits[0]! & passwordAlgorithmsBit) !== 0;
}

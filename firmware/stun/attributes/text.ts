import type {StunMessage} from '../message.ts';
import {attributeType} from '../types.ts';

/** Most bytes that each may have: 508 and 763 as RFC 8489 sections 14.3, 14.9, 14.10 and 14.14 say. */
const limits = new Map<number, number>([
  [attributeType.username, 508],
  [attributeType.realm, 763],
  [attributeType.nonce, 763],
  [attributeType.software, 763],
]);

const decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});
const encoder = new TextEncoder();

/** USERNAME, REALM, NONCE or SOFTWARE; undefined where it is missing, too long or no UTF-8. */
export function readText(message: StunMessage, type: number): string | undefined {
  const value = message.value(type);
  if (!value || value.length > (limits.get(type) ?? 0)) return undefined;
  try {
    return decoder.decode(value);
  } catch {
    return undefined;
  }
}

/** The value of such an attribute. @throws RangeError when it is longer than the attribute may be. */
export function textValue(type: number, text: string): Uint8Array {
  const value = encoder.encode(text);
  if (value.length > (limits.get(type) ?? 0)) throw new RangeError(`${value.length} bytes are too many`);
  return value;
}

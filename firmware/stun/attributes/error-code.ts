/**
 * ERROR-CODE (RFC 8489 section 14.8) and UNKNOWN-ATTRIBUTES (section 14.13).
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |           reserved, 0                   |class|    number     |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |      reason phrase, UTF-8 ...                                 |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
import type {StunMessage} from '../message.ts';
import {readUint16} from '../octets.ts';
import {attributeType} from '../types.ts';

/** Most bytes of a reason phrase. */
const longestReason = 763;
const decoder = new TextDecoder();

/** Why a server refused: 300 to 699, and a phrase for people. */
export interface ErrorCode {
  readonly code: number;
  readonly reason: string;
}

/** The error; undefined where it is missing or not well formed. */
export function readErrorCode(message: StunMessage): ErrorCode | undefined {
  const value = message.value(attributeType.errorCode);
  if (!value || value.length < 4 || value.length > 4 + longestReason) return undefined;
  const hundreds = value[2]! & 7;
  const number = value[3]!;
  if (hundreds < 3 || hundreds > 6 || number > 99) return undefined;
  return {code: 100 * hundreds + number, reason: decoder.decode(value.subarray(4))};
}

/** The types that the server did not understand. */
export function readUnknownAttributes(message: StunMessage): number[] {
  const value = message.value(attributeType.unknownAttributes) ?? new Uint8Array();
  return Array.from({length: value.length >> 1}, (_, index) => readUint16(value, 2 * index));
}

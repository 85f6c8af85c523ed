/**
 * The STUN message (RFC 8489 section 5), read in place: nothing of the datagram is copied.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |0 0|   message type: method and class |     message length    |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                   magic cookie 0x2112A442                     |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                 transaction id, 96 bits                       |
 *   |                                                               |
 *   |                                                               |
 *   +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 *   |        attribute type         |  length of its value, bytes   |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |  value, then padding to a multiple of 4 bytes  ...            |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
import {failure, type Result, success} from '../base/result.ts';
import {magicCookie, readInt32, readUint16} from './octets.ts';
import {attributeType, isUnderstood, type MessageClass} from './types.ts';

/** Bytes before the first attribute. */
export const headerLength = 20;
/** Longest message that is read, in bytes: more than any path carries whole. */
const longestMessage = 2048;
/** Attributes that a message may have. */
const mostAttributes = 64;
const classBits = 0x0110;

/** Why a datagram is no STUN message: the part that does not fit, such as `attribute/length`. */
export interface MessageFailure {
  readonly code: 'not-stun' | 'bad-message';
  readonly place: string;
}

/** Where an attribute's value is in the message; -1 where there is no such attribute. */
type Place = number;

/** A message that has been read. It refers to the datagram's bytes, which must not change while it is used. */
export class StunMessage {
  readonly bytes: Uint8Array;
  /** Where the MESSAGE-INTEGRITY attribute begins, header included; -1: there is none. */
  readonly integrityAt: Place;
  /** The same for MESSAGE-INTEGRITY-SHA256. */
  readonly integritySha256At: Place;
  /** The same for FINGERPRINT, which is the last attribute. */
  readonly fingerprintAt: Place;

  constructor(bytes: Uint8Array, integrityAt: Place, integritySha256At: Place, fingerprintAt: Place) {
    this.bytes = bytes;
    this.integrityAt = integrityAt;
    this.integritySha256At = integritySha256At;
    this.fingerprintAt = fingerprintAt;
  }

  get class(): MessageClass {
    return (readUint16(this.bytes, 0) & classBits) as MessageClass;
  }

  /** 12 bits; Binding is 1. */
  get method(): number {
    const type = readUint16(this.bytes, 0);
    return (type & 0x000f) | ((type & 0x00e0) >> 1) | ((type & 0x3e00) >> 2);
  }

  /** The transaction id as 24 hexadecimal digits. */
  get transactionId(): string {
    return transactionIdOf(this.bytes);
  }

  /**
   * Where the value of the first attribute of this type begins, else -1. What comes after an integrity is not
   * protected by it and does not count (section 14.5), but FINGERPRINT and the other integrity.
   */
  find(type: number): Place {
    const {bytes} = this;
    for (let at = headerLength; at < bytes.length; at = next(bytes, at)) {
      const found = readUint16(bytes, at);
      if (found === type) return at + 4;
      if (found === attributeType.messageIntegrity || found === attributeType.messageIntegritySha256) break;
    }
    return -1;
  }

  /** The bytes of an attribute's value, without padding; undefined where there is no such attribute. */
  value(type: number): Uint8Array | undefined {
    const at = this.find(type);
    return at < 0 ? undefined : this.bytes.subarray(at, at + readUint16(this.bytes, at - 2));
  }

  /** Types of the attributes that must be understood and are not (section 6.3). */
  get notUnderstood(): number[] {
    const {bytes} = this;
    const types: number[] = [];
    for (let at = headerLength; at < bytes.length; at = next(bytes, at)) {
      const type = readUint16(bytes, at);
      if (type === attributeType.messageIntegrity || type === attributeType.messageIntegritySha256) break;
      if (!isUnderstood(type)) types.push(type);
    }
    return types;
  }
}

/** Whether a datagram on a shared socket is STUN: its first two bits are 0 and it bears the cookie (section 5). */
export function isStun(bytes: Uint8Array): boolean {
  return bytes.length >= headerLength && bytes[0]! < 0x40 && readInt32(bytes, 4) === magicCookie;
}

/** Reads a datagram as one message, of which every length is checked. */
export function readMessage(bytes: Uint8Array): Result<StunMessage, MessageFailure> {
  if (!isStun(bytes)) return failure({code: 'not-stun', place: 'header'});
  const {length} = bytes;
  if (length > longestMessage || readUint16(bytes, 2) !== length - headerLength || length % 4 !== 0)
    return bad('length');
  let integrityAt = -1;
  let integritySha256At = -1;
  let attributes = 0;
  for (let at = headerLength; at < length; at = next(bytes, at)) {
    if (++attributes > mostAttributes) return bad('attributes');
    if (next(bytes, at) > length) return bad('attribute/length');
    switch (readUint16(bytes, at)) {
      case attributeType.messageIntegrity:
        if (readUint16(bytes, at + 2) !== 20) return bad('message-integrity/length');
        if (integrityAt < 0 && integritySha256At < 0) integrityAt = at;
        break;
      case attributeType.messageIntegritySha256: {
        // Section 14.6: may be cut short to a multiple of 4, at least 16 bytes.
        const size = readUint16(bytes, at + 2);
        if (size < 16 || size > 32 || size % 4 !== 0) return bad('message-integrity-sha256/length');
        if (integritySha256At < 0) integritySha256At = at;
        break;
      }
      case attributeType.fingerprint:
        if (readUint16(bytes, at + 2) !== 4) return bad('fingerprint/length');
        if (next(bytes, at) !== length) return bad('fingerprint/place');
        return success(new StunMessage(bytes, integrityAt, integritySha256At, at));
    }
  }
  return success(new StunMessage(bytes, integrityAt, integritySha256At, -1));
}

/** The transaction id of a message as 24 hexadecimal digits. */
export function transactionIdOf(bytes: Uint8Array): string {
  return hexadecimal(bytes, 8) + hexadecimal(bytes, 12) + hexadecimal(bytes, 16);
}

function hexadecimal(bytes: Uint8Array, at: number): string {
  return (readInt32(bytes, at) >>> 0).toString(16).padStart(8, '0');
}

/** Where the attribute after the one at `at` begins. */
function next(bytes: Uint8Array, at: number): number {
  return at + 4 + ((readUint16(bytes, at + 2) + 3) & ~3);
}

function bad(place: string): {readonly ok: false; readonly error: MessageFailure} {
  return failure({code: 'bad-message', place});
}

import {fingerprintOf} from './attributes/fingerprint.ts';
import type {IntegrityKey} from './integrity-key.ts';
import {headerLength} from './message.ts';
import {magicCookie, writeInt32, writeUint16} from './octets.ts';
import {attributeType, type MessageClass} from './types.ts';

/** An attribute to be written: its type and its value without padding. */
export type Attribute = readonly [type: number, value: Uint8Array];

/** A message to be written. */
export interface MessageParts {
  readonly class: MessageClass;
  /** 12 bits. */
  readonly method: number;
  /** 12 bytes. */
  readonly transactionId: Uint8Array;
  readonly attributes: readonly Attribute[];
  /** Adds MESSAGE-INTEGRITY. */
  readonly sha1?: IntegrityKey | undefined;
  /** Adds MESSAGE-INTEGRITY-SHA256. */
  readonly sha256?: IntegrityKey | undefined;
}

/** Bytes of the attributes that are calculated, with their headers. */
const integrityLength = 24;
const integritySha256Length = 36;
const fingerprintLength = 8;

/** Writes a message; FINGERPRINT always comes last. */
export function writeMessage({
  class: kind,
  method,
  transactionId,
  attributes,
  sha1,
  sha256,
}: MessageParts): Uint8Array {
  let length = headerLength + fingerprintLength;
  for (const [, value] of attributes) length += 4 + ((value.length + 3) & ~3);
  if (sha1) length += integrityLength;
  if (sha256) length += integritySha256Length;

  const bytes = new Uint8Array(length);
  writeUint16(bytes, 0, kind | (method & 0x000f) | ((method & 0x0070) << 1) | ((method & 0x0f80) << 2));
  writeUint16(bytes, 2, length - headerLength);
  writeInt32(bytes, 4, magicCookie);
  bytes.set(transactionId, 8);
  let at = headerLength;
  for (const [type, value] of attributes) {
    writeUint16(bytes, at, type);
    writeUint16(bytes, at + 2, value.length);
    bytes.set(value, at + 4);
    at += 4 + ((value.length + 3) & ~3);
  }
  if (sha1) {
    const hash = sha1.sha1.ofMessage(bytes, at, at + integrityLength - headerLength);
    at = writeWords(bytes, at, attributeType.messageIntegrity, hash);
  }
  if (sha256) {
    const hash = sha256.sha256.ofMessage(bytes, at, at + integritySha256Length - headerLength);
    at = writeWords(bytes, at, attributeType.messageIntegritySha256, hash);
  }
  writeWords(bytes, at, attributeType.fingerprint, Int32Array.of(fingerprintOf(bytes, at)));
  return bytes;
}

/** Writes an attribute whose value is whole words; returns where the next begins. */
function writeWords(bytes: Uint8Array, at: number, type: number, words: Int32Array): number {
  writeUint16(bytes, at, type);
  writeUint16(bytes, at + 2, 4 * words.length);
  for (const [index, word] of words.entries()) writeInt32(bytes, at + 4 + 4 * index, word);
  return at + 4 + 4 * words.length;
}

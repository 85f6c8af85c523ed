import {type Cipheriv, createCipheriv, hash} from 'node:crypto';
import type {SessionKeys} from './key-derivation.ts';

/** Longest packet that is protected or opened, in bytes. */
export const maxPacketLength = 2048;

/** What HMAC mixes into its key (RFC 2104), and the block length of SHA-1. */
const innerPad = 0x36;
const outerPad = 0x5c;
const hashBlock = 64;
const digestLength = 20;

/**
 * AES in counter mode and HMAC-SHA1 under one set of session keys (RFC 3711 section 4). A cipher object for each packet
 * would cost more than the whole rest: one cipher is kept, which encrypts the counter blocks, and the hash runs over
 * buffers that hold the padded key already.
 */
export class PacketCipher {
  readonly #cipher: Cipheriv;
  readonly #salt: Uint8Array;
  readonly #counters = new Uint8Array(maxPacketLength + 16);
  readonly #inner = new Uint8Array(hashBlock + maxPacketLength + 4);
  readonly #outer = new Uint8Array(hashBlock + digestLength);

  constructor({encryption, authentication, salt}: SessionKeys) {
    this.#cipher = createCipheriv(encryption.length === 32 ? 'aes-256-ecb' : 'aes-128-ecb', encryption, null);
    this.#cipher.setAutoPadding(false);
    this.#salt = salt;
    for (let index = 0; index < hashBlock; index++) {
      this.#inner[index] = (authentication[index] ?? 0) ^ innerPad;
      this.#outer[index] = (authentication[index] ?? 0) ^ outerPad;
    }
  }

  /**
   * Encrypts or decrypts `bytes` from `start` to `end` in place (section 4.1.1): packet `high` * 2^16 + `low` of the
   * sender `ssrc`, `high` of 32 bits, `low` of 16.
   */
  apply(bytes: Uint8Array, start: number, end: number, ssrc: number, high: number, low: number): void {
    const blocks = (end - start + 15) >> 4;
    if (blocks === 0) return;
    const counters = this.#counters;
    const salt = this.#salt;
    for (let index = 0; index < 14; index++) counters[index] = salt[index]!;
    for (let index = 0; index < 4; index++) {
      const shift = 24 - 8 * index;
      counters[4 + index]! ^= ssrc >>> shift;
      counters[8 + index]! ^= high >>> shift;
    }
    counters[12]! ^= low >>> 8;
    counters[13]! ^= low;
    for (let block = 0; block < blocks; block++) {
      const at = 16 * block;
      if (block > 0) counters.copyWithin(at, 0, 14);
      counters[at + 14] = block >> 8;
      counters[at + 15] = block;
    }
    const stream = this.#cipher.update(counters.subarray(0, 16 * blocks));
    for (let index = start; index < end; index++) bytes[index]! ^= stream[index - start]!;
  }

  /**
   * HMAC-SHA1 of the first `length` bytes, followed by `trailer` (32 bits) where it is given: 20 bytes, of which a tag
   * is the beginning (section 4.2).
   */
  authenticate(bytes: Uint8Array, length: number, trailer?: number): Uint8Array {
    const inner = this.#inner;
    let end = hashBlock;
    for (let index = 0; index < length; index++) inner[end++] = bytes[index]!;
    if (trailer !== undefined) {
      for (let shift = 24; shift >= 0; shift -= 8) inner[end++] = trailer >>> shift;
    }
    this.#outer.set(hash('sha1', inner.subarray(0, end), 'buffer'), hashBlock);
    return hash('sha1', this.#outer, 'buffer');
  }
}

/** Whether `bytes` hold the first `length` bytes of `digest` at `at`, in a time that does not tell where they differ. */
export function holdsTag(bytes: Uint8Array, at: number, digest: Uint8Array, length: number): boolean {
  let difference = 0;
  for (let index = 0; index < length; index++) difference |= bytes[at + index]! ^ digest[index]!;
  return difference === 0;
}

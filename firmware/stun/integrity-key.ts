import {createHash} from 'node:crypto';
import {readInt32} from './octets.ts';
import {sha1Compress, sha1Start} from './sha1.ts';
import {sha256Compress, sha256Start} from './sha256.ts';

type Compress = (state: Int32Array, block: Int32Array) => void;

/** Bytes of a block of both hashes, and the words of one. */
const blockLength = 64;
const blockWords = 16;
const block = new Int32Array(blockWords);
const innerPad = 0x36363636;
const outerPad = 0x5c5c5c5c;

/**
 * HMAC (RFC 2104) with one key and one hash. What the hash makes of the padded key is calculated once, so that a
 * message costs only its own blocks.
 */
class Hmac {
  readonly #compress: Compress;
  readonly #inner: Int32Array;
  readonly #outer: Int32Array;
  /** The state, and the result: valid until the next message. */
  readonly #state: Int32Array;

  /** @param key as long as a block, filled with zeros. */
  constructor(key: Int32Array, start: Int32Array, compress: Compress) {
    this.#compress = compress;
    this.#inner = padded(key, innerPad, start, compress);
    this.#outer = padded(key, outerPad, start, compress);
    this.#state = new Int32Array(start.length);
  }

  /**
   * The HMAC of the first `end` bytes of a STUN message, with `length` in place of what its header says
   * (RFC 8489 section 14.5).
   */
  ofMessage(bytes: Uint8Array, end: number, length: number): Int32Array {
    const state = this.#state;
    state.set(this.#inner);
    let at = 0;
    for (; at + blockLength <= end; at += blockLength) {
      for (let word = 0; word < blockWords; word++) block[word] = readInt32(bytes, at + 4 * word);
      if (at === 0) block[0] = (block[0]! & ~0xffff) | length;
      this.#compress(state, block);
    }
    // A STUN message consists of whole words.
    let word = 0;
    for (; at < end; at += 4) block[word++] = readInt32(bytes, at);
    if (end < blockLength) block[0] = (block[0]! & ~0xffff) | length;
    this.#finish(state, word, blockLength + end);
    block.set(state);
    state.set(this.#outer);
    this.#finish(state, state.length, blockLength + 4 * state.length);
    return state;
  }

  /** Adds the end mark and the number of bytes after the first `words` of the block, and hashes it. */
  #finish(state: Int32Array, words: number, bytes: number): void {
    block[words] = 0x80000000;
    block.fill(0, words + 1);
    if (words > blockWords - 3) {
      this.#compress(state, block);
      block.fill(0);
    }
    block[blockWords - 1] = bytes * 8;
    this.#compress(state, block);
  }
}

/** The key of MESSAGE-INTEGRITY and MESSAGE-INTEGRITY-SHA256, ready for use. */
export class IntegrityKey {
  readonly #key: Uint8Array;
  #sha1: Hmac | undefined;
  #sha256: Hmac | undefined;

  /** @param key the password, or the hash of user name, realm and password. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  get sha1(): Hmac {
    this.#sha1 ??= new Hmac(keyWords(this.#key, 'sha1'), sha1Start, sha1Compress);
    return this.#sha1;
  }

  get sha256(): Hmac {
    this.#sha256 ??= new Hmac(keyWords(this.#key, 'sha256'), sha256Start, sha256Compress);
    return this.#sha256;
  }
}

/** The key as one block; one that is longer is hashed first (RFC 2104 section 2). */
function keyWords(key: Uint8Array, hash: 'sha1' | 'sha256'): Int32Array {
  const bytes = new Uint8Array(blockLength);
  bytes.set(key.length > blockLength ? createHash(hash).update(key).digest() : key);
  return Int32Array.from({length: blockWords}, (_, word) => readInt32(bytes, 4 * word));
}

function padded(key: Int32Array, pad: number, start: Int32Array, compress: Compress): Int32Array {
  const state = start.slice();
  compress(
    state,
    key.map((word) => word ^ pad),
  );
  return state;
}

import {randomFillSync} from 'node:crypto';

/**
 * A source of unpredictable bytes. Handed in to everything that makes tags, branches, Call-IDs,
 * SSRCs or nonces, so that a test can replay them.
 */
export type RandomBytes = (count: number) => Uint8Array;

/** Bytes that are fetched ahead: a fetch of 16 bytes takes as long as one of some thousand. */
const pool = Buffer.alloc(4096);
/** What lies before this offset has been given away. */
let given = pool.length;

/** The operating system's cryptographic randomness. */
export const systemRandom: RandomBytes = (count) => {
  const bytes = Buffer.allocUnsafe(count);
  if (count > pool.length) return randomFillSync(bytes);
  if (given + count > pool.length) {
    randomFillSync(pool);
    given = 0;
  }
  pool.copy(bytes, 0, given, given + count);
  // A key that was given away is not to be found here any more.
  pool.fill(0, given, given + count);
  given += count;
  return bytes;
};

/** `count` random bytes as lower-case hexadecimal, two characters a byte. */
export function randomHex(random: RandomBytes, count: number): string {
  const {buffer, byteOffset, byteLength} = random(count);
  return Buffer.from(buffer, byteOffset, byteLength).toString('hex');
}

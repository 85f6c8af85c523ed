import {randomBytes} from 'node:crypto';

/**
 * A source of unpredictable bytes. Handed in to everything that makes tags, branches, Call-IDs,
 * SSRCs or nonces, so that a test can replay them.
 */
export type RandomBytes = (count: number) => Uint8Array;

/** The operating system's cryptographic randomness. */
export const systemRandom: RandomBytes = (count) => randomBytes(count);

/** `count` random bytes as lower-case hexadecimal, two characters a byte. */
export function randomHex(random: RandomBytes, count: number): string {
  return Buffer.from(random(count)).toString('hex');
}

import {randomBytes, scrypt, timingSafeEqual} from 'node:crypto';

/**
 * What is kept of a password: scrypt (RFC 7914) in the PHC string format, `$scrypt$ln=15,r=8,p=3$SALT$HASH`, salt and hash in
 * base64 without padding. Of equal effort as OWASP's other choices for scrypt, with 32 MiB of memory, which every board has.
 */
const EFFORT: Effort = {ln: 15, r: 8, p: 3};
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Shortest password that may be set, in characters. */
export const MIN_PASSWORD_LENGTH = 8;
/** Longest one, in characters. */
export const MAX_PASSWORD_LENGTH = 256;

interface Effort {
  /** Binary logarithm of the cost N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

interface ParsedHash extends Effort {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** A hash of `password` with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, EFFORT, HASH_BYTES);
  const {ln, r, p} = EFFORT;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`;
}

/** Whether `password` is the one of `kept`. It takes as long for a wrong one. False for what is no hash. */
export async function isPassword(password: string, kept: string): Promise<boolean> {
  const parsed = parsePasswordHash(kept);
  if (!parsed || password.length > MAX_PASSWORD_LENGTH) return false;
  return timingSafeEqual(await derive(password, parsed.salt, parsed, parsed.hash.length), parsed.hash);
}

/** The parts of a hash; undefined where it is none, or one that would take too long or too much memory. */
export function parsePasswordHash(text: string): ParsedHash | undefined {
  const match =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/.exec(text);
  if (!match) return undefined;
  const [ln, r, p] = match.slice(1, 4).map(Number) as [number, number, number];
  if (ln < 14 || ln > 16 || r !== 8 || p < 1 || p > 5) return undefined;
  return {ln, r, p, salt: Buffer.from(match[4]!, 'base64'), hash: Buffer.from(match[5]!, 'base64')};
}

function derive(password: string, salt: Buffer, {ln, r, p}: Effort, length: number): Promise<Buffer> {
  const N = 2 ** ln;
  return new Promise((resolve, reject) => {
    // One password, however a keyboard composes its accents.
    scrypt(password.normalize('NFC'), salt, length, {N, r, p, maxmem: 256 * N * r}, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

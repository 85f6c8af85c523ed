import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import * as v from 'valibot';
import {makeFolder, writeWhole} from '../base/write-whole.ts';
import {parsePasswordHash} from './password-hash.ts';

/** A program that may use the API. Its token itself is nowhere kept. */
const token = v.object({
  id: v.pipe(v.string(), v.regex(/^[\da-f]{8}$/)),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  /** When it was made, ISO 8601 in UTC. */
  made: v.string(),
  /** SHA-256 of it, hexadecimal: enough for 256 random bits, which cannot be guessed. */
  hash: v.pipe(v.string(), v.regex(/^[\da-f]{64}$/)),
});

const secrets = v.object({
  password: v.optional(
    v.pipe(
      v.string(),
      v.check((text) => parsePasswordHash(text) !== undefined),
    ),
  ),
  tokens: v.pipe(v.array(token), v.maxLength(64)),
});

export type Token = v.InferOutput<typeof token>;

/** Who may use the station: a hash of the password, undefined while none is set, and hashes of tokens. */
export interface AccessSecrets {
  readonly password?: string | undefined;
  readonly tokens: readonly Token[];
}

/**
 * The file of the data folder with a token that programs of the station's own user, and of root, may use: made anew at each
 * start.
 */
export const LOCAL_TOKEN = 'local-token';

/** Where these are kept. */
export function accessFile(dataFolder: string): string {
  return join(dataFolder, 'access.json');
}

/**
 * Reads them. A file that cannot be read or understood is not the same as none: nobody may take the station for a new one
 * because of it.
 */
export function readAccess(file: string): AccessSecrets | 'none' | 'damaged' {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'none' : 'damaged';
  }
  try {
    const read = v.safeParse(secrets, JSON.parse(text));
    return read.success ? read.output : 'damaged';
  } catch {
    return 'damaged';
  }
}

/** Writes them, whole or not at all, readable by this user only. @throws NodeJS.ErrnoException */
export function writeAccess(file: string, {password, tokens}: AccessSecrets): void {
  makeFolder(dirname(file), 0o700);
  writeWhole(file, `${JSON.stringify({password, tokens}, null, 2)}\n`, 0o600);
}

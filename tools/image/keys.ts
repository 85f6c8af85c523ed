import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {must} from '../setup/foreign-packages.ts';
import {root} from './layout.ts';

/** Who may sign updates. The authority stands in every image; keys that it has certified sign, and can be replaced. */
export interface UpdateKeys {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Outside of what is built, for it must outlive `make clean`, and ignored by git. */
export const ownKeys = join(root, 'keys');
const YEARS = 20;

/** The files of the keys in a folder. */
export function keysIn(folder: string): UpdateKeys {
  return {
    authority: join(folder, 'update-authority.pem'),
    certificate: join(folder, 'update.pem'),
    key: join(folder, 'update.key'),
  };
}

/** The keys of a folder. @throws Error that says how they are made, where there are none. */
export function findKeys(folder = ownKeys): UpdateKeys {
  const keys = keysIn(folder);
  for (const file of Object.values(keys)) {
    if (!existsSync(file))
      throw new Error(`There is no key to sign updates with (${file}): type "make keys" first.`);
  }
  return keys;
}

/**
 * Makes an authority and a key for updates. Boards that have been flashed take updates of this authority only: lose it, and
 * they have to be flashed again; let it be known, and others can make updates.
 * @throws Error where there are keys already: they are never overwritten.
 */
export async function makeKeys(folder = ownKeys): Promise<UpdateKeys> {
  const keys = keysIn(folder);
  const authorityKey = join(folder, 'update-authority.key');
  for (const file of [...Object.values(keys), authorityKey]) {
    if (existsSync(file))
      throw new Error(`${file} is there already. Move it away where new keys are wanted.`);
  }
  mkdirSync(folder, {recursive: true, mode: 0o700});
  const request = join(folder, 'request.pem');
  const extensions = join(folder, 'extensions');
  const days = String(YEARS * 365);
  const newKey = ['-newkey', 'rsa:3072', '-noenc'];
  const usage = [
    'keyUsage=critical,digitalSignature',
    'extendedKeyUsage=emailProtection',
    'basicConstraints=CA:FALSE',
  ];
  writeFileSync(extensions, `${usage.join('\n')}\n`);
  await openssl([
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    authorityKey,
    '-out',
    keys.authority,
    '-days',
    days,
    '-subj',
    '/CN=Doorline update authority',
  ]);
  await openssl(['req', ...newKey, '-keyout', keys.key, '-out', request, '-subj', '/CN=Doorline updates']);
  const signing = ['-CA', keys.authority, '-CAkey', authorityKey, '-CAcreateserial', '-extfile', extensions];
  await openssl(['x509', '-req', '-in', request, ...signing, '-days', days, '-out', keys.certificate]);
  for (const file of [request, extensions]) rmSync(file);
  return keys;
}

/** The certificate of the authority, PEM. */
export function authorityOf(keys: UpdateKeys): string {
  return readFileSync(keys.authority, 'utf8');
}

async function openssl(words: readonly string[]): Promise<void> {
  await must(['sh', '-c', 'umask 077; exec openssl "$@"', 'openssl', ...words]);
}

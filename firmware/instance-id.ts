import {mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {type RandomBytes, randomHex} from './base/random.ts';

const pattern = /^urn:uuid:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * The URN that names this device towards registrars for ever (RFC 5626 section 4.1): a random UUID (RFC 4122 section
 * 4.4), made the first time and kept in `folder`. Where that cannot be written the name lasts until the next start, and
 * `onTrouble` is told why.
 */
export function instanceId(folder: string, random: RandomBytes, onTrouble: (text: string) => void): string {
  const file = join(folder, 'instance-id');
  try {
    const kept = readFileSync(file, 'utf8').trim();
    if (pattern.test(kept)) return kept;
  } catch {
    // There is none yet, or it cannot be read: another is made.
  }
  const made = newInstanceId(random);
  try {
    mkdirSync(folder, {recursive: true, mode: 0o700});
    // Never half of it, even when the power fails.
    writeFileSync(`${file}.new`, `${made}\n`);
    renameSync(`${file}.new`, file);
  } catch (error) {
    onTrouble(`the instance id cannot be kept in ${file}: ${(error as Error).message}`);
  }
  return made;
}

function newInstanceId(random: RandomBytes): string {
  const hex = randomHex(random, 16);
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) % 4];
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
  ];
  return `urn:uuid:${[...parts, hex.slice(20)].join('-')}`;
}

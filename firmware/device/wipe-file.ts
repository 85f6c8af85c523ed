import {closeSync, fstatSync, fsyncSync, openSync, readFileSync, rmSync, writeSync} from 'node:fs';
import {dirname} from 'node:path';
import {syncFolder} from '../base/write-whole.ts';

/**
 * Overwrites a file with zero bytes, in its place, and removes it. On a card this is the best there is: its controller may
 * keep an old copy of a block, which nothing but special tools can read.
 * @throws NodeJS.ErrnoException
 */
export function wipeFile(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    const zeros = new Uint8Array(fstatSync(descriptor).size);
    writeSync(descriptor, zeros, 0, zeros.length, 0);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  rmSync(path);
  syncFolder(dirname(path));
}

/** What a disk writes whole or not at all, bytes. */
const SECTOR = 512;

/**
 * Whether a file is what a power cut has left of one that was being wiped: a part of it is all zero. Some editors write two
 * bytes for a letter, of which one is zero: that is still text to be told of.
 */
export function isHalfWiped(path: string): boolean {
  const bytes = readFileSync(path);
  for (let at = 0; at < bytes.length; at += SECTOR) {
    if (bytes.subarray(at, at + SECTOR).every((byte) => byte === 0)) return true;
  }
  return false;
}

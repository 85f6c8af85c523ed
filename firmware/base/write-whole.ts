import {
  chownSync,
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {dirname} from 'node:path';

/**
 * Writes a file whole or not at all, whenever the power fails: into a new file beside it, which then takes its place. It is
 * on the disk when this returns.
 *
 * It gets `mode`, or that of the file it replaces, or 0600; and, where this program may give files away, the owner of the file
 * it replaces, or of its folder.
 * @throws NodeJS.ErrnoException; what was there before is there still.
 */
export function writeWhole(path: string, content: string | Uint8Array, mode?: number): void {
  const file = realPath(path);
  const folder = dirname(file);
  const before = statSync(file, {throwIfNoEntry: false});
  const fresh = `${file}.new`;
  // What an attempt before has left goes, and no link in its place is followed: root writes in the folders of others too.
  rmSync(fresh, {force: true});
  const descriptor = openSync(fresh, 'wx', 0o600);
  try {
    writeFileSync(descriptor, content);
    if (process.getuid?.() === 0) {
      const {uid, gid} = before ?? statSync(folder);
      fchownSync(descriptor, uid, gid);
    }
    fchmodSync(descriptor, mode ?? (before ? before.mode & 0o777 : 0o600));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(fresh, file);
  syncFolder(folder);
}

/** Makes a folder, where there is none, for the owner of the one it is in, and those above it. @throws NodeJS.ErrnoException */
export function makeFolder(folder: string, mode: number): void {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  makeFolder(parent, mode);
  mkdirSync(folder, {mode});
  if (process.getuid?.() === 0) {
    const {uid, gid} = statSync(parent);
    chownSync(folder, uid, gid);
  }
  syncFolder(parent);
}

/** Puts on the disk what was made, renamed or removed in a folder. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Whether a link stands there, wherever it leads, if anywhere. */
export function isLink(path: string): boolean {
  return lstatSync(path, {throwIfNoEntry: false})?.isSymbolicLink() ?? false;
}

/** A link stays one: the file it leads to is replaced. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

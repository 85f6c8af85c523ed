import {existsSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import * as v from 'valibot';
import {syncFolder, writeWhole} from './write-whole.ts';

const contents = v.record(v.string(), v.string());

/** Beside the files, with the contents of all, until they are written. */
export const UNFINISHED = 'unfinished.json';

/**
 * Writes several files of a folder, all of them or none, whenever the power fails: first all into one. Once that is on the disk
 * they count as written: what cannot be now, for want of power or room, is by `finishWriting` at the next start.
 * @param files contents by names.
 * @throws NodeJS.ErrnoException; what was there before is there still.
 */
export function writeTogether(folder: string, files: Readonly<Record<string, string>>): void {
  writeWhole(join(folder, UNFINISHED), JSON.stringify(files), 0o600);
  try {
    finishWriting(folder);
  } catch {
    // The next start has another try.
  }
}

/** Goes on with what `writeTogether` has begun in a folder and was cut off from, if anything. @throws NodeJS.ErrnoException */
export function finishWriting(folder: string): void {
  const unfinished = join(folder, UNFINISHED);
  if (!existsSync(unfinished)) return;
  for (const [name, content] of Object.entries(read(unfinished))) writeWhole(join(folder, name), content);
  rmSync(unfinished);
  syncFolder(folder);
}

/** Nothing, where the card has damaged it. */
function read(file: string): Record<string, string> {
  try {
    const read = v.safeParse(contents, JSON.parse(readFileSync(file, 'utf8')));
    return read.success ? read.output : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

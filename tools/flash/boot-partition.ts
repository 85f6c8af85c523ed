import {execFile} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';

const run = promisify(execFile);

const SECTOR = 512;
/** The master boot record's table: four entries of 16 bytes. The type stands at byte 4, the first sector at byte 8 of each. */
const TABLE = 446;
const ENTRY = 16;
/** FAT16 and FAT32, by cylinders and by sectors. */
const FAT_TYPES: ReadonlySet<number> = new Set([0x04, 0x06, 0x0b, 0x0c, 0x0e]);

/** Where the first FAT partition of a disk begins (bytes); undefined where its master boot record names none. */
export async function findBootPartition(path: string): Promise<number | undefined> {
  const handle = await open(path, 'r');
  try {
    const {buffer, bytesRead} = await handle.read(Buffer.alloc(SECTOR), 0, SECTOR, 0);
    if (bytesRead < SECTOR || buffer.readUInt16BE(SECTOR - 2) !== 0x55aa) return undefined;
    const entries = [0, 1, 2, 3].map((index) => buffer.subarray(TABLE + index * ENTRY));
    const boot = entries.find((entry) => FAT_TYPES.has(entry[4]!));
    return boot && boot.readUInt32LE(8) * SECTOR;
  } finally {
    await handle.close();
  }
}

/**
 * Puts a file onto the FAT file system that begins at `offset` of a disk, in place of one of that name, and reads it back, unless
 * `signal` ends it.
 * @throws Error in words for people.
 */
export async function putFile(
  disk: string,
  offset: number,
  name: string,
  content: string,
  signal: AbortSignal,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-flash-'));
  const image = `${disk}@@${offset}`;
  // A card is no floppy disk: what mtools expects of their geometry is not asked for.
  const env = {...process.env, MTOOLS_SKIP_CHECK: '1', LC_ALL: 'C.UTF-8'};
  try {
    writeFileSync(join(folder, name), content, {mode: 0o600});
    await run('mcopy', ['-n', '-o', '-i', image, join(folder, name), `::${name}`], {env, signal});
    const {stdout} = await run('mtype', ['-i', image, `::${name}`], {env, signal});
    if (stdout !== content) throw new Error('what was written does not come back');
  } catch (error) {
    const {code, stderr, message} = error as Error & {code?: unknown; stderr?: string};
    if (code === 'ENOENT') throw new Error('mtools is missing (Debian: apt install mtools)');
    throw new Error(stderr?.trim().split('\n').at(-1) || message);
  } finally {
    rmSync(folder, {recursive: true});
  }
}

/** Whether `putFile` can work here. */
export async function hasMtools(): Promise<boolean> {
  return run('mcopy', ['--version']).then(
    () => true,
    () => false,
  );
}

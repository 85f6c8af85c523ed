import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {must} from '../setup/foreign-packages.ts';
import {SLOT_ALIGNMENT} from './layout.ts';

/** Good, and no slower to unpack than a lower level. */
const LEVEL = 15;

/**
 * Makes what a slot holds: the root as a squashfs in which everything belongs to root, and behind it what U-Boot starts.
 * The same files give the same bytes.
 * @param level of zstd, 1 to 22.
 */
export async function makeSlot(
  file: string,
  {tree, bootArea, time, level = LEVEL}: {tree: string; bootArea: string; time: number; level?: number},
): Promise<void> {
  const squashfs = `${file}.squashfs`;
  rmSync(squashfs, {force: true});
  const times = ['-all-time', String(time), '-mkfs-time', String(time)];
  const packing = ['-comp', 'zstd', '-Xcompression-level', String(level), '-b', '256K'];
  const owner = ['-all-root', '-no-xattrs'];
  await must(['mksquashfs', tree, squashfs, ...owner, '-quiet', '-no-progress', ...times, ...packing]);
  const packed = readFileSync(squashfs);
  rmSync(squashfs);
  // The very size that its own header says: U-Boot finds by it what is behind.
  const used = Number(packed.readBigUInt64LE(40));
  const aligned = Buffer.alloc(Math.ceil(used / SLOT_ALIGNMENT) * SLOT_ALIGNMENT);
  packed.copy(aligned, 0, 0, used);
  writeFileSync(file, Buffer.concat([aligned, readFileSync(bootArea)]));
}

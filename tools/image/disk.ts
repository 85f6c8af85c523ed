import {
  closeSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import {join} from 'node:path';
import {must} from '../setup/foreign-packages.ts';
import {environmentCopy} from './environment.ts';
import {DISK_ID, ENVIRONMENT, IMAGE_SIZE, MiB, partitions, SECTOR} from './layout.ts';

/** Of the empty file system of the data partition; fixed, so that the same sources give the same image. */
const DATA_UUID = 'd00b1e11-0000-4000-8000-000000000004';
const DATA_HASH_SEED = 'd00b1e11-0000-4000-8000-000000000005';

/** Puts the partitions together to the file that is written to a card. Needs neither root nor loop devices. */
export async function assembleDisk(
  file: string,
  {boot, slot, work, time}: {boot: string; slot: string; work: string; time: number},
): Promise<void> {
  rmSync(file, {force: true});
  const disk = openSync(file, 'w+');
  try {
    ftruncateSync(disk, IMAGE_SIZE);
    await must([
      'sh',
      '-c',
      'exec sfdisk --quiet --no-reread --no-tell-kernel "$1" < "$2"',
      'sh',
      file,
      table(work),
    ]);
    const data = join(work, 'data.ext4');
    await makeDataPartition(data, time);
    const room = partitions.A.size;
    const size = statSync(slot).size;
    if (size > room)
      throw new Error(`A slot has room for ${room / MiB} MiB, and this one takes ${Math.ceil(size / MiB)}`);
    copyInto(disk, boot, partitions.boot.start);
    copyInto(disk, slot, partitions.A.start);
    copyInto(disk, data, partitions.data.start);
    writeSync(disk, environmentCopy(1), 0, ENVIRONMENT.size, ENVIRONMENT.first);
    writeSync(disk, environmentCopy(0), 0, ENVIRONMENT.size, ENVIRONMENT.second);
  } finally {
    closeSync(disk);
  }
}

/** The partition table in sfdisk's words. */
function table(work: string): string {
  const lines = Object.values(partitions).map(
    ({number, start, size, type}) =>
      `${number}: start=${start / SECTOR}, size=${size / SECTOR}, type=${type}${number === 1 ? ', bootable' : ''}`,
  );
  const file = join(work, 'table');
  writeFileSync(file, ['label: dos', `label-id: 0x${DISK_ID}`, ...lines, ''].join('\n'));
  return file;
}

/** Small, and made so that it can grow to any card's size; its journal is large enough for that from the beginning. */
async function makeDataPartition(file: string, time: number): Promise<void> {
  rmSync(file, {force: true});
  const fixed = [`E2FSPROGS_FAKE_TIME=${time}`, `SOURCE_DATE_EPOCH=${time}`];
  const options = `hash_seed=${DATA_HASH_SEED},lazy_itable_init=1,root_owner=0:0,resize=64G`;
  const system = ['-q', '-t', 'ext4', '-L', 'doorline-data', '-U', DATA_UUID, '-J', 'size=8', '-E', options];
  await must(['env', ...fixed, 'mke2fs', ...system, file, String(partitions.data.size / 1024)]);
}

/** Copies a file into the disk, and leaves holes where it has nothing but zeros. */
function copyInto(disk: number, file: string, start: number): void {
  const from = openSync(file, 'r');
  const block = Buffer.alloc(MiB);
  try {
    for (let at = 0; ; at += block.length) {
      const read = readSync(from, block, 0, block.length, at);
      if (read === 0) return;
      for (let part = 0; part < read; part += ENVIRONMENT.size) {
        const piece = block.subarray(part, Math.min(part + ENVIRONMENT.size, read));
        if (piece.some((byte) => byte !== 0)) writeSync(disk, piece, 0, piece.length, start + at + part);
      }
    }
  } finally {
    closeSync(from);
  }
}

import {createHash} from 'node:crypto';
import {
  createReadStream,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {boards} from '../../boards/index.ts';
import {must} from '../setup/foreign-packages.ts';
import {findProgram} from '../setup/programs.ts';
import {makeBase} from './base.ts';
import {mapBlocks} from './block-map.ts';
import {makeBootArea} from './boot-area.ts';
import {makeBootPartition} from './boot-partition.ts';
import {makeBundle} from './bundle.ts';
import {assembleDisk} from './disk.ts';
import {authorityOf, findKeys} from './keys.ts';
import {LackingError} from './lacking.ts';
import {built, MiB, root} from './layout.ts';
import {fetchLocked} from './package-lock.ts';
import {profiles} from './profiles.ts';
import {makeRootTree} from './root-tree.ts';
import {rootTable, row} from './size-table.ts';
import {makeSlot} from './slot.ts';
import {Stages} from './stages.ts';

/** What the image is made with, and the Debian package that brings it. */
export const tools: Readonly<Record<string, string>> = {
  depmod: 'kmod',
  'dpkg-deb': 'dpkg',
  fdtput: 'device-tree-compiler',
  dtc: 'device-tree-compiler',
  mcopy: 'mtools',
  mke2fs: 'e2fsprogs',
  'mkfs.vfat': 'dosfstools',
  mkimage: 'u-boot-tools',
  mksquashfs: 'squashfs-tools',
  openssl: 'openssl',
  rauc: 'rauc',
  sfdisk: 'fdisk',
  xz: 'xz-utils',
  zstd: 'zstd',
  [process.arch === 'arm64' ? 'strip' : 'aarch64-linux-gnu-strip']:
    process.arch === 'arm64' ? 'binutils' : 'binutils-aarch64-linux-gnu',
};
/** Packages, base, tree, image and bundle, with room to spare (bytes). */
const ROOM = 3 * 1024 * MiB;

export interface BuildOptions {
  readonly board: string;
  /** The folder of the keys that sign updates; default: keys/ of the project. */
  readonly keys?: string;
  /** See fetchLocked. */
  readonly acceptNewer?: boolean;
  /** Keeps the unpacked root and the slot, for tests that make other updates from them. */
  readonly keepWork?: boolean;
  /** Where the files go; default: build/image. */
  readonly into?: string;
  readonly say: (line: string) => void;
}

/** What has been built, as files. */
export interface BuiltImage {
  /** The image as it is on the card. */
  readonly disk: string;
  readonly compressed: string;
  readonly bundle: string;
  /** U-Boot for a virtual machine that has the image as its disk. */
  readonly uBoot: string;
}

/**
 * Builds image, checksum, block map and update bundle of a board.
 * @throws Error in words for people.
 */
export async function buildImage(options: BuildOptions): Promise<BuiltImage> {
  // The modes of the files that are made here are those of the image.
  const umask = process.umask(0o022);
  try {
    return await build(options);
  } finally {
    process.umask(umask);
  }
}

async function build(options: BuildOptions): Promise<BuiltImage> {
  const {board, say, acceptNewer = false, into = built} = options;
  const definition = boards.get(board);
  if (definition?.image === undefined) {
    const possible = [...boards.values()].filter(({image}) => image !== undefined).map(({name}) => name);
    throw new Error(
      `There is no image for the board "${board}". Images are made for: ${possible.join(', ')}.`,
    );
  }
  const profile = profiles[definition.image.kernel];
  const warning = profile.experimental && `The image of this board is experimental: ${profile.experimental}.`;
  if (warning) say(warning);
  const keys = findKeys(options.keys);
  requireTools();
  mkdirSync(into, {recursive: true});
  mkdirSync(built, {recursive: true});
  requireRoom();
  const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {version: string};
  const time = await lastChange();
  const work = join(into, 'work');
  rmSync(work, {recursive: true, force: true});
  mkdirSync(work, {recursive: true});
  const name = join(into, `doorline-${board}-${version}`);
  const files = {disk: `${name}.img`, compressed: `${name}.img.zst`, bundle: `${name}.raucb`};
  const stages = new Stages(say);

  const packages = await stages.run('Packages', () => fetchLocked(profile, {acceptNewer, say}));
  const base = await stages.run('Base root', () => makeBase(profile, packages, say));
  const result = {...files, uBoot: join(base.beside, 'usr/lib/u-boot/qemu_arm64/u-boot.bin')};
  const tree = join(work, 'root');
  await stages.run('Firmware layer', () =>
    makeRootTree(base, tree, {board, version, authority: authorityOf(keys)}),
  );
  const slot = join(work, 'slot');
  await stages.run('Slot', async () => {
    const bootArea = join(work, 'boot-area.bin');
    const parts = {work: join(work, 'boot-parts'), time};
    writeFileSync(bootArea, await makeBootArea(base, profile, parts));
    await makeSlot(slot, {tree, bootArea, time});
  });
  const boot = join(work, 'boot.vfat');
  await stages.run('Disk', async () => {
    await makeBootPartition({base, profile, file: boot, work: join(work, 'boot'), time});
    await assembleDisk(`${result.disk}.making`, {boot, slot, work, time});
    renameSync(`${result.disk}.making`, result.disk);
    const map = mapBlocks(result.disk, statSync(slot).size);
    writeFileSync(`${result.disk}.map.json`, `${JSON.stringify(map, null, 1)}\n`);
  });
  await stages.run('Bundle', () =>
    makeBundle(result.bundle, {
      slot,
      compatible: `doorline-${board}`,
      version,
      keys,
      work: join(work, 'bundle'),
    }),
  );
  await stages.run('Compression', async () => {
    await must([
      'zstd',
      '-q',
      '-f',
      '-T0',
      '-12',
      '--long=27',
      result.disk,
      '-o',
      `${result.compressed}.making`,
    ]);
    renameSync(`${result.compressed}.making`, result.compressed);
    const checksum = `${await sha256(result.compressed)}  ${result.compressed.split('/').at(-1)}\n`;
    writeFileSync(`${result.compressed}.sha256`, checksum);
  });
  say(`Where the size goes, before packing:`);
  for (const line of rootTable(tree)) say(line);
  say('Packed:');
  say(row('root (squashfs) with kernel and RAM disk', statSync(slot).size));
  say(row('update bundle', statSync(result.bundle).size));
  say(row('image, compressed', statSync(result.compressed).size));
  say(`${result.compressed} is ready after ${stages.total} s.`);
  if (warning) say(warning);
  if (options.keepWork !== true) rmSync(work, {recursive: true});
  return result;
}

function requireTools(): void {
  const missing = Object.entries(tools).filter(([program]) => findProgram(program) === undefined);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))].join(' ');
  throw new LackingError(
    `To build the image this machine lacks: ${missing.map(([program]) => program).join(', ')}. ` +
      `On Debian: apt install ${packages}`,
  );
}

function requireRoom(): void {
  const {bavail, bsize} = statfsSync(built);
  if (bavail * bsize >= ROOM) return;
  throw new LackingError(
    `There are ${Math.floor((bavail * bsize) / MiB)} MiB free for ${built}; an image takes ${ROOM / MiB} MiB while it is made.`,
  );
}

/** When the sources last changed (s): the time of all files in the image, the same for everybody who builds them. */
async function lastChange(): Promise<number> {
  const time = await must(['git', '-C', root, 'log', '-1', '--format=%ct']).catch(() => '');
  return Number(/^\d+$/m.exec(time)?.[0] ?? Date.UTC(2026, 0, 1) / 1000);
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

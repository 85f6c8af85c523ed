import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {keepLicences} from './keep-licences.ts';
import {keepModules} from './keep-modules.ts';
import {forRoot, kept} from './kernel-modules.ts';
import {built} from './layout.ts';
import {fileOf, type LockedPackage} from './package-lock.ts';
import {beside, dropped, leftOut} from './packages.ts';
import type {Profile} from './profiles.ts';

/** Debian's part of the image, unpacked: the same until the lock of its packages or what is done with them changes. */
export interface Base {
  /** The root, without what Doorline adds. */
  readonly root: string;
  /** Packages that what starts the root is made from. */
  readonly beside: string;
  readonly kernelVersion: string;
  /** The kernel's image, not compressed. */
  readonly kernel: string;
  /** The folder of the device trees. */
  readonly deviceTrees: string;
}

/** Where Debian has the kernel's image and its device trees: up to 6.x, and since. */
const kernelPlaces = ['boot/vmlinuz-*', 'usr/lib/modules/*/vmlinuz'];
const treePlaces = ['usr/lib/linux-image-*/broadcom', 'usr/lib/modules/*/dtb/broadcom'];

/** The sources that decide what the base is. */
const recipe = ['base.ts', 'packages.ts', 'keep-modules.ts', 'keep-licences.ts'];

/**
 * Makes the base from the files of its packages, or takes the one that is there. No program of the board runs, and no root is
 * needed: what is unpacked belongs to whoever builds, and becomes root's in the file system.
 */
export async function makeBase(
  profile: Profile,
  packages: readonly LockedPackage[],
  say: (line: string) => void,
): Promise<Base> {
  const modules = [...kept, ...forRoot, ...profile.modules, ...profile.modulesForRoot];
  const hash = createHash('sha256').update(JSON.stringify([packages, modules]));
  for (const file of recipe) hash.update(readFileSync(fileURLToPath(new URL(file, import.meta.url))));
  const folder = join(built, `base-${hash.digest('hex').slice(0, 16)}-${profile.name}`);
  if (!existsSync(folder)) {
    const making = `${folder}.making`;
    rmSync(making, {recursive: true, force: true});
    const parts = {root: join(making, 'root'), beside: join(making, 'beside')};
    for (const part of Object.values(parts)) mkdirSync(part, {recursive: true});
    await unpackAll(packages, parts, say);
    await keepModules(parts.root, modules, say);
    addAuthorities(parts.root);
    const inside = packages.filter(({name}) => !leftOut.includes(name) && name !== 'u-boot-qemu');
    writeManifest(parts.root, inside);
    keepLicences(
      parts,
      inside.map(({name}) => name),
    );
    // The initial RAM disk is made from the modules, U-Boot's part from kernel and trees: these come from the root.
    renameSync(find(parts.root, kernelPlaces), join(parts.beside, 'kernel'));
    renameSync(find(parts.root, treePlaces), join(parts.beside, 'device-trees'));
    for (const pattern of dropped) {
      for (const path of globSync(pattern, {cwd: parts.root}))
        rmSync(join(parts.root, path), {recursive: true});
    }
    for (const folder of [
      'var',
      'data',
      'boot',
      'root',
      'run',
      'srv',
      'sys',
      'proc',
      'dev',
      'tmp',
      'etc/default',
    ]) {
      mkdirSync(join(parts.root, folder), {recursive: true});
    }
    removeOldBases(folder, profile);
    renameSync(making, folder);
  }
  const at = (path: string) => join(folder, path);
  const [kernelVersion] = readdirSync(at('root/usr/lib/modules'));
  return {
    root: at('root'),
    beside: at('beside'),
    kernelVersion: kernelVersion!,
    kernel: at('beside/kernel'),
    deviceTrees: at('beside/device-trees'),
  };
}

/** What is at the first of several places below a root. */
function find(root: string, places: readonly string[]): string {
  const [path] = places.flatMap((place) => globSync(place, {cwd: root}));
  if (path === undefined) throw new Error(`The kernel's packages have no ${places.join(' and no ')}`);
  return join(root, path);
}

async function unpackAll(
  packages: readonly LockedPackage[],
  parts: {root: string; beside: string},
  say: (line: string) => void,
): Promise<void> {
  const wanted = packages.filter(({name}) => !leftOut.includes(name));
  say(`  unpacking ${wanted.length} packages`);
  for (const one of wanted) {
    await unpack(fileOf(one), beside.includes(one.name) ? parts.beside : parts.root);
  }
}

/** Modes are kept, also under a strict umask; owners are not. */
async function unpack(file: string, into: string): Promise<void> {
  const command =
    'dpkg-deb --fsys-tarfile "$1" | tar --extract --same-permissions --no-same-owner --directory "$2"';
  const child = spawn('bash', ['-o', 'pipefail', '-c', command, 'bash', file, into], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const [status] = (await once(child, 'close')) as [number | null];
  if (status === 0) return;
  const full = complaint.includes('No space left')
    ? 'the disk is full; an image takes some 3 GB while it is made'
    : complaint;
  throw new Error(`${file} cannot be unpacked: ${full.trim()}`);
}

/** One file of all authorities, as their package's script would make it. */
function addAuthorities(root: string): void {
  const folder = join(root, 'usr/share/ca-certificates/mozilla');
  const files = readdirSync(folder).sort();
  const certificates = files.map((file) => readFileSync(join(folder, file), 'utf8'));
  mkdirSync(join(root, 'etc/ssl/certs'), {recursive: true});
  writeFileSync(join(root, 'etc/ssl/certs/ca-certificates.crt'), certificates.join(''));
  // The radio's rules have two signers; which one, another package script would choose.
  const firmware = join(root, 'usr/lib/firmware');
  for (const file of ['regulatory.db', 'regulatory.db.p7s']) {
    rmSync(join(firmware, file), {force: true});
    symlinkSync(`${file}-debian`, join(firmware, file));
  }
}

/** The image has no package manager: this is what it is made of. */
function writeManifest(root: string, packages: readonly LockedPackage[]): void {
  const lines = packages.map(({name, version}) => `${name}=${version}\n`).sort();
  mkdirSync(join(root, 'usr/share/doorline'), {recursive: true});
  writeFileSync(join(root, 'usr/share/doorline/packages'), lines.join(''));
}

/** Those of other profiles stay. */
function removeOldBases(current: string, profile: Profile): void {
  for (const name of readdirSync(built)) {
    const folder = join(built, name);
    if (name.startsWith('base-') && name.endsWith(`-${profile.name}`) && folder !== current) {
      rmSync(folder, {recursive: true});
    }
  }
}

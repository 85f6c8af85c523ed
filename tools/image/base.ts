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
import {built} from './layout.ts';
import {fileOf, type LockedPackage} from './package-lock.ts';
import {beside, dropped, leftOut} from './packages.ts';

/** Debian's part of the image, unpacked: the same until the lock of its packages or what is done with them changes. */
export interface Base {
  /** The root, without what Doorline adds. */
  readonly root: string;
  /** Packages that what starts the root is made from. */
  readonly beside: string;
  readonly kernelVersion: string;
}

/** The sources that decide what the base is. */
const recipe = ['base.ts', 'packages.ts', 'kernel-modules.ts', 'keep-modules.ts', 'keep-licences.ts'];

/**
 * Makes the base from the files of its packages, or takes the one that is there. No program of the board runs, and no root is
 * needed: what is unpacked belongs to whoever builds, and becomes root's in the file system.
 */
export async function makeBase(
  packages: readonly LockedPackage[],
  say: (line: string) => void,
): Promise<Base> {
  const hash = createHash('sha256').update(JSON.stringify(packages));
  for (const file of recipe) hash.update(readFileSync(fileURLToPath(new URL(file, import.meta.url))));
  const folder = join(built, `base-${hash.digest('hex').slice(0, 16)}`);
  const base = {root: join(folder, 'root'), beside: join(folder, 'beside')};
  if (!existsSync(folder)) {
    const making = `${folder}.making`;
    rmSync(making, {recursive: true, force: true});
    const parts = {root: join(making, 'root'), beside: join(making, 'beside')};
    for (const part of Object.values(parts)) mkdirSync(part, {recursive: true});
    await unpackAll(packages, parts, say);
    await keepModules(parts.root, say);
    addAuthorities(parts.root);
    const inside = packages.filter(({name}) => !leftOut.includes(name) && name !== 'u-boot-qemu');
    writeManifest(parts.root, inside);
    keepLicences(
      parts,
      inside.map(({name}) => name),
    );
    // The initial RAM disk is made from the modules, U-Boot's part from kernel and trees: these come from the root.
    for (const path of ['boot', ...globSync('usr/lib/linux-image-*', {cwd: parts.root})]) {
      renameSync(join(parts.root, path), join(parts.beside, path.split('/').at(-1)!));
    }
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
    removeOldBases(folder);
    renameSync(making, folder);
  }
  const [kernelVersion] = readdirSync(join(base.root, 'usr/lib/modules'));
  return {...base, kernelVersion: kernelVersion!};
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

function removeOldBases(current: string): void {
  for (const name of readdirSync(built)) {
    const folder = join(built, name);
    if (name.startsWith('base-') && folder !== current && !folder.endsWith('.making')) {
      rmSync(folder, {recursive: true});
    }
  }
}

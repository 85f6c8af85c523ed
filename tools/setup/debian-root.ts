import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync, renameSync, rmSync} from 'node:fs';
import {dirname} from 'node:path';
import {findProgram} from './programs.ts';

/** A mirror that hangs must not hold the tests up for ever. */
const LONGEST = 10 * 60_000;

/** A Debian in a folder, with one program that the machine's own release does not have. */
export interface DebianRoot {
  /** What it is made for, in words. */
  readonly name: string;
  readonly folder: string;
  /** The release. */
  readonly suite: 'trixie' | 'sid';
  readonly packages: readonly string[];
  /** For another processor than this machine's: packages are unpacked, and none of their programs is run. */
  readonly foreign?: 'arm64';
}

/** What the scripts of packages would leave: that they are installed, and the users of the base system. */
const AS_INSTALLED = `
for package in "$1"/var/cache/apt/archives/*.deb; do
  dpkg-deb --field "$package"
  printf 'Status: install ok installed\\n\\n'
done > "$1/var/lib/dpkg/status"
cp "$1/usr/share/base-passwd/passwd.master" "$1/etc/passwd"
cp "$1/usr/share/base-passwd/group.master" "$1/etc/group"`;

/**
 * Makes the root folder of a system that has the packages, without what these recommend. It is used with `chroot`, and
 * changes nothing outside the folder. Takes some 20 to 40 s, 150 to 350 MB, and root.
 * @returns what keeps it from being made, in words; undefined when it is there.
 */
export async function makeDebianRoot(
  {name, folder, suite, packages, foreign}: DebianRoot,
  say: (line: string) => void,
): Promise<string | undefined> {
  const mmdebstrap = findProgram('mmdebstrap');
  if (process.getuid?.() !== 0) return 'only root can make it and run it';
  if (mmdebstrap === undefined) return 'mmdebstrap is missing';
  const making = `${folder}.making`;
  rmSync(making, {recursive: true, force: true});
  mkdirSync(dirname(folder), {recursive: true});
  say(`Making a Debian with ${name} for the tests, some 20 to 40 s ...`);
  const child = spawn(
    mmdebstrap,
    [
      ...['--mode=root', '--format=directory', `--variant=${foreign === undefined ? 'apt' : 'extract'}`],
      ...(foreign === undefined
        ? []
        : [`--architectures=${foreign}`, '--skip=check/qemu', `--extract-hook=${AS_INSTALLED}`]),
      // The list of packages may be past its date, where a mirror lags or is an old state; it is signed all the same.
      '--aptopt=Acquire::Check-Valid-Until "false"',
      '--aptopt=Apt::Install-Recommends "false"',
      '--dpkgopt=path-exclude=/usr/share/doc/*',
      '--dpkgopt=path-exclude=/usr/share/man/*',
      `--include=${packages.join(',')}`,
      ...[suite, making],
    ],
    {stdio: ['ignore', 'ignore', 'pipe'], timeout: LONGEST, env: {...process.env, LC_ALL: 'C'}},
  );
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    for (const [, kind, text] of chunk.matchAll(/^([IE]): (.*)$/gm)) {
      if (kind === 'E') complaint = text!;
      else if (/^(running|downloading|extracting|installing)/.test(text!)) say(`  ${text}`);
    }
  });
  const [status] = (await once(child, 'close')) as [number | null];
  if (status === 0 && existsSync(making)) {
    rmSync(folder, {recursive: true, force: true});
    renameSync(making, folder);
    return undefined;
  }
  rmSync(making, {recursive: true, force: true});
  return complaint === '' ? `mmdebstrap ended with ${status ?? 'a signal'}` : complaint;
}

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync, renameSync, rmSync} from 'node:fs';
import {dirname} from 'node:path';
import {asteriskRoot, findProgram} from './programs.ts';

/** The packages inside. What an Asterisk of this size recommends is ten times as much. */
const PACKAGES = ['asterisk'];
/** A mirror that hangs must not hold the tests up for ever. */
const LONGEST = 10 * 60_000;

/**
 * Makes the root folder of a system that has Asterisk 22, from Debian sid: no stable release has that
 * version. It is used with `chroot`, and changes nothing outside the folder. Takes some 40 s, 350 MB and root.
 * @returns what keeps it from being made, in words; undefined when it is there.
 */
export async function makeAsterisk(say: (line: string) => void): Promise<string | undefined> {
  const mmdebstrap = findProgram('mmdebstrap');
  if (process.getuid?.() !== 0) return 'only root can make it and run it';
  if (mmdebstrap === undefined) return 'mmdebstrap is missing';
  const making = `${asteriskRoot}.making`;
  rmSync(making, {recursive: true, force: true});
  mkdirSync(dirname(asteriskRoot), {recursive: true});
  say('Making a Debian with Asterisk for the tests, some 40 s ...');
  const child = spawn(
    mmdebstrap,
    [
      ...['--mode=root', '--variant=apt', '--format=directory'],
      // The list of packages of sid may be past its date, where a mirror lags or is an old state; it is signed all the same.
      '--aptopt=Acquire::Check-Valid-Until "false"',
      '--aptopt=Apt::Install-Recommends "false"',
      '--dpkgopt=path-exclude=/usr/share/doc/*',
      '--dpkgopt=path-exclude=/usr/share/man/*',
      `--include=${PACKAGES.join(',')}`,
      ...['sid', making],
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
    rmSync(asteriskRoot, {recursive: true, force: true});
    renameSync(making, asteriskRoot);
    return undefined;
  }
  rmSync(making, {recursive: true, force: true});
  return complaint === '' ? `mmdebstrap ended with ${status ?? 'a signal'}` : complaint;
}

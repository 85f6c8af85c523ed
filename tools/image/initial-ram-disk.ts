import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';
import {archive, FILE, FOLDER, PROGRAM} from '../vm/cpio.ts';
import {loadingOrder} from '../vm/modules.ts';
import type {Base} from './base.ts';
import {forRoot} from './kernel-modules.ts';
import type {Profile} from './profiles.ts';

const init = fileURLToPath(new URL('boot/init', import.meta.url));

/**
 * What the kernel starts with: busybox, the modules that the card and the root need, and the script that finds it.
 */
export function makeInitialRamDisk(
  {root, beside, kernelVersion}: Base,
  {modulesForRoot}: Pick<Profile, 'modulesForRoot'>,
): Buffer {
  const names = [...forRoot, ...modulesForRoot];
  const modules = loadingOrder(join(root, 'usr/lib/modules', kernelVersion), names);
  const folders = ['bin', 'dev', 'modules', 'proc', 'root', 'sys'];
  const cpio = archive([
    ...folders.map((path) => ({path, mode: FOLDER, content: Buffer.alloc(0)})),
    {path: 'bin/busybox', mode: PROGRAM, content: readFileSync(join(beside, 'usr/bin/busybox'))},
    ...modules.map(({name, code}) => ({path: `modules/${name}.ko`, mode: FILE, content: code})),
    {path: 'modules/order', mode: FILE, content: Buffer.from(modules.map(({name}) => `${name}\n`).join(''))},
    {path: 'init', mode: PROGRAM, content: readFileSync(init)},
  ]);
  return gzipSync(cpio, {level: 9});
}

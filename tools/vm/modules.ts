import {spawnSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {findProgram} from '../setup/programs.ts';

/** A kernel module, ready to be loaded. */
export interface Module {
  /** As the kernel calls it, with underscores. */
  readonly name: string;
  readonly code: Buffer;
}

/**
 * The named modules of a folder of modules and all that these need, each behind what it needs. What the folder does not
 * have is taken to be built into the kernel.
 */
export function loadingOrder(folder: string, names: readonly string[]): Module[] {
  const files = new Map(
    readdirSync(folder, {recursive: true, encoding: 'utf8'})
      .filter((file) => /\.ko(\.xz)?$/.test(file))
      .map((file) => [moduleName(basename(file).replace(/\.ko(\.xz)?$/, '')), join(folder, file)]),
  );
  const ordered = new Map<string, Module>();
  const add = (name: string): void => {
    const file = files.get(name);
    if (file === undefined || ordered.has(name)) return;
    const code = file.endsWith('.xz') ? unpack(file) : readFileSync(file);
    for (const needed of neededBy(code)) add(needed);
    ordered.set(name, {name, code});
  };
  for (const name of names) add(moduleName(name));
  return [...ordered.values()];
}

function moduleName(name: string): string {
  return name.replaceAll('-', '_');
}

/** The module's own description has them, separated by commas: `depends=snd-pcm,snd`. */
function neededBy(code: Buffer): string[] {
  const [, list] = /\0depends=([^\0]*)\0/.exec(code.toString('latin1')) ?? [];
  return (list ?? '').split(',').filter(Boolean).map(moduleName);
}

function unpack(file: string): Buffer {
  const {status, stdout, stderr} = spawnSync(findProgram('xz') ?? 'xz', ['--decompress', '--stdout', file], {
    maxBuffer: 64 << 20,
  });
  if (status !== 0) throw new Error(`${file} cannot be unpacked: ${stderr}`);
  return stdout;
}

import {globSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {basename, join} from 'node:path';
import {must} from '../setup/foreign-packages.ts';

/**
 * Removes the kernel's modules that are not kept and that none of the kept ones needs, by depmod's own findings.
 * @param kept names; those that are built into the kernel need not be kept.
 * @throws Error that names a module of the list that the kernel does not have.
 */
export async function keepModules(
  root: string,
  kept: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  const modules = join(root, 'usr/lib/modules');
  const [version] = readdirSync(modules);
  const folder = join(modules, version!);
  await must(['depmod', '--basedir', join(root, 'usr'), version!]);
  const needs = readDependencies(folder);
  const builtIn = new Set(readFileSync(join(folder, 'modules.builtin'), 'utf8').split('\n').map(moduleName));
  const stays = new Set<string>();
  const add = (name: string): void => {
    if (stays.has(name) || builtIn.has(name)) return;
    const found = needs.get(name);
    if (found === undefined) throw new Error(`The kernel ${version} has no module ${name}`);
    stays.add(name);
    for (const needed of found) add(needed);
  };
  for (const name of kept) add(moduleName(name));
  let removed = 0;
  for (const file of readdirSync(folder, {recursive: true, encoding: 'utf8'})) {
    if (!/\.ko(\.xz)?$/.test(file) || stays.has(moduleName(file))) continue;
    removed += statSync(join(folder, file)).size;
    rmSync(join(folder, file));
  }
  // The root is packed as a whole: so they are as small, and the board has less to do at its start.
  const packed = globSync('**/*.ko.xz', {cwd: folder}).map((file) => join(folder, file));
  await must(['xz', '--decompress', ...packed]);
  await must(['depmod', '--basedir', join(root, 'usr'), version!]);
  say(`  ${stays.size} kernel modules stay, ${Math.round(removed / 1024 / 1024)} MiB of others go`);
}

/** What each module needs, wishes that stand beside its needs (softdep) among it, as far as the kernel has it. */
function readDependencies(folder: string): Map<string, string[]> {
  const needs = new Map<string, string[]>();
  for (const line of readFileSync(join(folder, 'modules.dep'), 'utf8').split('\n')) {
    const [file, list] = line.split(':');
    if (list !== undefined) needs.set(moduleName(file!), list.split(' ').filter(Boolean).map(moduleName));
  }
  for (const line of readFileSync(join(folder, 'modules.softdep'), 'utf8').split('\n')) {
    const [keyword, name, ...words] = line.split(' ');
    if (keyword !== 'softdep') continue;
    const wished = words.filter((word) => !word.endsWith(':')).map(moduleName);
    needs.get(moduleName(name!))?.push(...wished.filter((one) => needs.has(one)));
  }
  return needs;
}

/** The kernel takes hyphens and underscores for the same. */
function moduleName(file: string): string {
  return basename(file)
    .replace(/\.ko(\.xz)?$/, '')
    .replaceAll('-', '_');
}

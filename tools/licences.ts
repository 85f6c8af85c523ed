import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {Metafile} from 'esbuild';

/** The folders of the packages of which anything is in a bundle. `root` is where the paths of `metafile` start. */
export function bundledPackages(metafile: Metafile, root: string): string[] {
  const files = Object.values(metafile.outputs).flatMap(({inputs}) =>
    Object.entries(inputs)
      .filter(([, {bytesInOutput}]) => bytesInOutput > 0)
      .map(([file]) => file),
  );
  const folders = files.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0]);
  return [...new Set(folders.filter((one) => one !== undefined))].map((one) => join(root, one));
}

/** The folders of packages that are installed beside a bundle, with all that they depend on. @throws Error */
export function installedPackages(names: readonly string[], root: string): string[] {
  const found = new Set<string>();
  const add = (name: string, from: string) => {
    const folder = packageFolder(name, from);
    if (found.has(folder)) return;
    found.add(folder);
    for (const one of Object.keys(readPackage(folder).dependencies ?? {})) add(one, folder);
  };
  for (const name of names) add(name, root);
  return [...found];
}

/**
 * Name, version and licence of each package, in the order of their names.
 * @throws Error where one has none: whoever gets the program must get its licence too.
 */
export function licences(folders: readonly string[]): string {
  const texts = new Map<string, string>();
  for (const folder of folders) {
    const {name, version} = readPackage(folder);
    texts.set(`${name} ${version}`, licenceOf(folder));
  }
  const sorted = [...texts].sort(([one], [other]) => (one < other ? -1 : 1));
  return sorted.map(([title, text]) => `${title}\n${'-'.repeat(title.length)}\n\n${text}\n`).join('\n\n');
}

function licenceOf(folder: string): string {
  const files = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort();
  if (files.length === 0)
    throw new Error(`The package in ${folder} has no licence: it cannot be given to others.`);
  return files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
}

/** Where Node.js finds a package that is asked for from `folder`. */
function packageFolder(name: string, folder: string): string {
  const inside = join(folder, 'node_modules', name);
  if (existsSync(inside)) return inside;
  if (dirname(folder) === folder) throw new Error(`The package ${name} is not installed.`);
  return packageFolder(name, dirname(folder));
}

function readPackage(folder: string): {name: string; version: string; dependencies?: Record<string, string>} {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

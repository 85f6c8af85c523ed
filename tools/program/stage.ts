import {cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from '../build.ts';
import {foreignPackage} from './foreign-package.ts';

/** As Node.js calls them. */
export type Processor = 'arm64' | 'x64';

export function isProcessor(name: string): name is Processor {
  return name === 'arm64' || name === 'x64';
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const packages = join(root, 'node_modules');
/** What a package needs to run, and its licence: no sources, types and documentation. */
const runs = /\.(js|cjs|mjs|json|node)$|^licen[cs]e/i;

/**
 * Lays the program as it is installed on a board below the folder `target`: the command in /usr/bin; bundle, Node.js and
 * native modules in /usr/lib/doorline; the service, its user and the groups of devices where systemd looks for them.
 * No program of the other processor is run. The same sources give the same bytes.
 * @throws Error in words for people where a part cannot be had.
 */
export async function stageProgram(
  target: string,
  {processor, board}: {processor: Processor; board: string},
): Promise<void> {
  await build('firmware', board);
  const program = join(target, 'usr/lib/doorline');
  cpSync(join(root, 'build/firmware'), program, {recursive: true});
  const node = await packageFor(processor, `node-linux-${processor}`);
  install(join(node, 'bin/node'), join(program, 'node'), 0o755);
  install(join(node, 'LICENSE'), join(program, 'node.LICENSE'));
  const {dependencies} = readPackage(program);
  for (const name of Object.keys(dependencies ?? {})) copyPackage(join(packages, name), program, processor);
  const native = `@koromix/koffi-linux-${processor}`;
  copyFiles(await packageFor(processor, native), join(program, 'node_modules', native), processor);
  const service = (file: string) => join(root, 'tools/service', file);
  install(service('doorline'), join(target, 'usr/bin/doorline'), 0o755);
  install(service('doorline.service'), join(target, 'usr/lib/systemd/system/doorline.service'));
  install(service('sysusers.conf'), join(target, 'usr/lib/sysusers.d/doorline.conf'));
  install(service('devices.rules'), join(target, 'usr/lib/udev/rules.d/60-doorline.rules'));
}

/** The folder of a package that exists once for each processor. */
async function packageFor(processor: Processor, name: string): Promise<string> {
  return processor === process.arch ? join(packages, name) : foreignPackage(name);
}

/** Copies a package to where `program` finds it, and all that it depends on. */
function copyPackage(folder: string, program: string, processor: Processor): void {
  const copy = join(program, relative(root, folder));
  if (existsSync(copy)) return;
  copyFiles(folder, copy, processor);
  for (const name of Object.keys(readPackage(folder).dependencies ?? {})) {
    copyPackage(resolve(folder, name), program, processor);
  }
}

/** Where Node.js finds a package that one in `folder` asks for. */
function resolve(folder: string, name: string): string {
  const inside = join(folder, 'node_modules', name);
  if (existsSync(inside)) return inside;
  if (folder === root) throw new Error(`The package ${name} is not installed: type "make check".`);
  return resolve(dirname(folder), name);
}

/** Copies what a package needs to run on the processor; packages inside it are copied for themselves. */
function copyFiles(from: string, to: string, processor: Processor): void {
  const files = readdirSync(from, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile() && runs.test(entry.name))
    .map((entry) => relative(from, join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes('node_modules/') && !file.includes('musl'))
    .filter((file) => !file.startsWith('prebuilds/') || file.startsWith(`prebuilds/linux-${processor}/`));
  for (const file of files) install(join(from, file), join(to, file));
}

function readPackage(folder: string): {dependencies?: Record<string, string>} {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** Copies a file; its mode is the one that is said here, whatever the checkout has. */
function install(from: string, to: string, mode = 0o644): void {
  mkdirSync(dirname(to), {recursive: true});
  writeFileSync(to, readFileSync(from), {mode});
}

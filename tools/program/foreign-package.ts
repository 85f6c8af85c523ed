import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {must} from '../setup/foreign-packages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, 'build/packages');

/**
 * The folder of a package of the lock file that npm leaves out here, because it is for another processor: fetched once, and
 * checked against the lock file.
 * @throws Error in words for people where it cannot be had.
 */
export async function foreignPackage(name: string): Promise<string> {
  const {version, integrity} = locked(name);
  const folder = join(cache, `${name.replace('/', '-')}-${version}`);
  if (existsSync(folder)) return folder;
  const making = `${folder}.${process.pid}.making`;
  mkdirSync(making, {recursive: true});
  try {
    // Its answer names the file in a form that differs between versions of npm; there is only one.
    await must(['npm', 'pack', '--silent', `--pack-destination=${making}`, `${name}@${version}`]);
    const archive = join(making, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (found !== integrity) throw new Error('what came is not what the lock file names');
    await must(['tar', '--extract', '--no-same-owner', `--file=${archive}`, `--directory=${making}`]);
    rmSync(folder, {recursive: true, force: true});
    renameSync(join(making, 'package'), folder);
  } catch (error) {
    throw new Error(`The package ${name} ${version} cannot be had: ${(error as Error).message}`);
  } finally {
    rmSync(making, {recursive: true, force: true});
  }
  return folder;
}

function locked(name: string): {version: string; integrity: string} {
  const {packages} = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, {version?: string; integrity?: string}>;
  };
  const {version, integrity} = packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined) throw new Error(`The lock file has no ${name}`);
  return {version, integrity};
}

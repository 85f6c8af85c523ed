import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {build} from 'esbuild';
import {beforeEach, expect, onTestFinished, test} from 'vitest';
import {bundledPackages, installedPackages, licences} from '../../tools/licences.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'doorline-licences-'));
  onTestFinished(() => rmSync(root, {recursive: true}));
});

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), {recursive: true});
  writeFileSync(join(root, path), content);
}

/** A package, with a licence if it is given. */
function makePackage(path: string, name: string, licence?: Record<string, string>, dependencies = {}): void {
  write(`${path}/package.json`, JSON.stringify({name, version: '1.2.3', main: 'index.js', dependencies}));
  write(`${path}/index.js`, `export const say = () => console.log('${name}');`);
  for (const [file, text] of Object.entries(licence ?? {})) write(`${path}/${file}`, text);
}

async function bundle(): Promise<string[]> {
  const {metafile} = await build({
    absWorkingDir: root,
    entryPoints: ['main.js'],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    logLevel: 'silent',
  });
  return bundledPackages(metafile, root);
}

test('name, version and licence of every package of which anything is in the bundle, also inside others', async () => {
  makePackage('node_modules/b', 'b', {LICENSE: 'Licence of b.\n', NOTICE: 'Notice of b.'});
  makePackage('node_modules/@a/a', '@a/a', {'license.md': 'Licence of a.'});
  makePackage('node_modules/b/node_modules/c', 'c', {COPYING: 'Licence of c.'});
  makePackage('node_modules/unused', 'unused');
  write('node_modules/b/index.js', "export {say} from 'c'; export const b = () => console.log('b');");
  write(
    'main.js',
    "import {say} from '@a/a'; import {b, say as c} from 'b'; import {say as no} from 'unused'; say(); b(); c();",
  );
  expect(licences(await bundle())).toBe(
    '@a/a 1.2.3\n----------\n\nLicence of a.\n\n\nb 1.2.3\n-------\n\nLicence of b.\n\nNotice of b.\n\n\nc 1.2.3\n-------\n\nLicence of c.\n',
  );
});

test('a bundled package without a licence is an error that names it', async () => {
  makePackage('node_modules/bare', 'bare');
  write('main.js', "import {say} from 'bare'; say();");
  const folders = await bundle();
  expect(() => licences(folders)).toThrow(/node_modules\/bare has no licence/);
});

test('packages beside the bundle come with all that they depend on, each once', () => {
  makePackage('node_modules/x', 'x', {LICENCE: 'x'}, {y: '1'});
  makePackage('node_modules/x/node_modules/y', 'y', {LICENSE: 'y'}, {z: '1'});
  makePackage('node_modules/z', 'z', {LICENSE: 'z'}, {x: '1'});
  expect(installedPackages(['x', 'z'], root)).toEqual(
    ['x', 'x/node_modules/y', 'z'].map((name) => join(root, 'node_modules', name)),
  );
  expect(() => installedPackages(['missing'], root)).toThrow('missing is not installed');
});

import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {keepLicences} from '../../tools/image/keep-licences.ts';

function unpacked() {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-licences-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), {recursive: true});
    writeFileSync(join(folder, path), text);
  };
  for (const one of ['root/usr/share/doc/gcc-base', 'beside/usr/share/doc/u-boot']) {
    write(`${one}/copyright`, `Of ${one}.`);
    write(`${one}/changelog.gz`, 'long');
    write(`${one}/examples/one`, 'longer');
  }
  write('beside/usr/share/doc/only-for-tests/copyright', 'Not given to others.');
  symlinkSync('gcc-base', join(folder, 'root/usr/share/doc/libgcc'));
  return {write, parts: {root: join(folder, 'root'), beside: join(folder, 'beside')}};
}

test('of each package its licence stays and nothing else, also of what is not in the root', () => {
  const {parts} = unpacked();
  keepLicences(parts, ['gcc-base', 'libgcc', 'u-boot']);
  const left = (name: string) => readdirSync(join(parts.root, 'usr/share/doc', name)).sort();
  expect(left('')).toEqual(['gcc-base', 'libgcc', 'u-boot']);
  for (const name of left('')) expect(left(name)).toEqual(['copyright']);
  expect(readFileSync(join(parts.root, 'usr/share/doc/libgcc/copyright'), 'utf8')).toContain('gcc-base');
});

test('a package without one is an error that names it', () => {
  const {parts, write} = unpacked();
  write('root/usr/share/doc/bare/changelog', 'x');
  expect(() => keepLicences(parts, ['gcc-base', 'bare', 'unknown'])).toThrow(
    'No licence came with bare, unknown:',
  );
});

import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {writeWhole} from '../../firmware/base/write-whole.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'doorline-write-'));
  onTestFinished(() => rmSync(made, {recursive: true, force: true}));
  return made;
}

test('a new file is for its owner only; one that is replaced keeps its mode, and what links to it', () => {
  const place = folder();
  const file = join(place, 'one');
  writeWhole(file, 'new');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  chmodSync(file, 0o644);
  const link = join(place, 'link');
  symlinkSync(file, link);
  writeWhole(link, 'newer');
  expect(readFileSync(file, 'utf8')).toBe('newer');
  expect(statSync(file).mode & 0o777).toBe(0o644);
  expect(readlinkSync(link)).toBe(file);
  expect(readdirSync(place).sort()).toEqual(['link', 'one']);
});

test('what a power cut has left of an earlier attempt is no obstacle', () => {
  const place = folder();
  writeFileSync(join(place, 'one.new'), 'half of something long');
  writeWhole(join(place, 'one'), 'whole');
  expect(readFileSync(join(place, 'one'), 'utf8')).toBe('whole');
  expect(readdirSync(place)).toEqual(['one']);
});

test('a link that somebody has laid in the way is not written through', () => {
  const place = folder();
  writeFileSync(join(place, 'keys'), 'of somebody else');
  symlinkSync(join(place, 'keys'), join(place, 'one.new'));
  writeWhole(join(place, 'one'), 'whole');
  expect(readFileSync(join(place, 'keys'), 'utf8')).toBe('of somebody else');
  expect(statSync(join(place, 'one')).isFile()).toBe(true);
  expect(readdirSync(place).sort()).toEqual(['keys', 'one']);
});

test('where it cannot be written, what was there is there still', () => {
  expect(() => writeWhole('/proc/one', 'x')).toThrow();
  expect(() => writeWhole(join(folder(), 'no', 'folder'), 'x')).toThrow(/ENOENT/);
});

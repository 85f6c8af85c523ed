import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {readLock} from '../../tools/image/package-lock.ts';
import {beside, leftOut, wanted} from '../../tools/image/packages.ts';

const read = (path: string) => readFileSync(new URL(`../../tools/${path}`, import.meta.url), 'utf8');
const names = (path: string) =>
  read(path)
    .trim()
    .split('\n')
    .map((line) => line.split(':')[0]!);

test('the lock has every package once: those that are wanted, and those that are said to be left out', () => {
  const locked = readLock().map(({name}) => name);
  expect(new Set(locked).size).toBe(locked.length);
  for (const name of [...wanted, ...leftOut, ...beside]) expect(locked).toContain(name);
});

test('every user and group that the service needs is in the image, with a number of its own', () => {
  const users = names('image/root/etc/passwd');
  const groups = names('image/root/etc/group');
  for (const line of read('service/sysusers.conf')
    .split('\n')
    .filter((one) => /^[ug] /.test(one))) {
    const [kind, name] = line.split(' ');
    if (kind === 'u') expect(users).toContain(name);
    expect(groups).toContain(name);
  }
  for (const file of ['passwd', 'group']) {
    const numbers = read(`image/root/etc/${file}`)
      .trim()
      .split('\n')
      .map((line) => line.split(':')[2]);
    expect(new Set(numbers).size).toBe(numbers.length);
  }
  // Who has no password to type cannot be guessed at.
  for (const line of read('image/root/etc/shadow').trim().split('\n'))
    expect(line.split(':')[1]).toMatch(/^[!*]$/);
});

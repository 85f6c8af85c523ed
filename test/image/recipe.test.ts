import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {boardCalled, boards} from '../../boards/index.ts';
import {readLock} from '../../tools/image/package-lock.ts';
import {beside, leftOut, wanted} from '../../tools/image/packages.ts';
import {profiles} from '../../tools/image/profiles.ts';

const read = (path: string) => readFileSync(new URL(`../../tools/${path}`, import.meta.url), 'utf8');
const names = (path: string) =>
  read(path)
    .trim()
    .split('\n')
    .map((line) => line.split(':')[0]!);

test('a lock has every package once, and each that is wanted; what is said to be left out is in one of them', () => {
  const locks = Object.values(profiles).map((profile) => readLock(profile).map(({name}) => name));
  for (const locked of locks) {
    expect(new Set(locked).size).toBe(locked.length);
    for (const name of [...wanted, ...beside]) expect(locked).toContain(name);
  }
  for (const name of leftOut) expect(locks.flat()).toContain(name);
});

test('of the Raspberry Pi 5 only its kernel and RAUC, with the library that it needs, are of other suites', () => {
  const [release, backports] = [profiles.trixie, profiles['trixie-backports']].map(readLock);
  const versions = new Map(release!.map(({name, version}) => [name, version]));
  const others = backports!.filter(({name, version}) => versions.has(name) && versions.get(name) !== version);
  // Both locks are renewed together, so there are no others.
  expect(others.map(({name}) => name).filter((name) => !/^(linux-|rauc|libnl-)/.test(name))).toEqual([]);
});

test('the image of a board has its device tree', () => {
  for (const {image} of boards.values()) {
    if (image === undefined) continue;
    expect(profiles[image.kernel].deviceTrees.map((name) => `broadcom/${name}.dtb`)).toContain(
      image.deviceTree,
    );
  }
});

test('each model that the image runs on is a board that it is made for', () => {
  // What the roots of Debian's trees are called.
  const names: Readonly<Record<string, string>> = {
    'bcm2837-rpi-3-b': 'raspberrypi,3-model-b',
    'bcm2837-rpi-3-b-plus': 'raspberrypi,3-model-b-plus',
    'bcm2837-rpi-3-a-plus': 'raspberrypi,3-model-a-plus',
    'bcm2837-rpi-zero-2-w': 'raspberrypi,model-zero-2-w',
    'bcm2711-rpi-4-b': 'raspberrypi,4-model-b',
    'bcm2711-rpi-400': 'raspberrypi,400',
    'bcm2712-rpi-5-b': 'raspberrypi,5-model-b',
    'bcm2712-d-rpi-5-b': 'raspberrypi,5-model-b',
  };
  for (const {name, deviceTrees} of Object.values(profiles)) {
    for (const tree of deviceTrees) expect(boardCalled([names[tree]!])?.image?.kernel, tree).toBe(name);
  }
});

test('where the variables cannot be read, the running system takes what U-Boot takes', () => {
  const script = read('image/boot/boot.cmd');
  const [, taken = ''] = /cannot be read(.*?)run save/s.exec(script) ?? [];
  const lines = Array.from(
    taken.matchAll(/setenv (\w+) '?(.*?)'?$/gm),
    ([, name, value]) => `${name}=${value}\n`,
  );
  expect(lines).toHaveLength(3);
  expect(read('image/root/etc/u-boot-initial-env')).toBe(lines.join(''));
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

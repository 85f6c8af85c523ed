import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {describeAll, describe as describeDisk} from '../../tools/flash/describe.ts';
import {type BlockDevice, parseDisks, withChildren} from '../../tools/flash/disks.ts';
import {whyNot} from '../../tools/flash/refusal.ts';

/** In the form of lsblk 2.38, with what such machines have. */
const disksOf = (machine: string) =>
  parseDisks(readFileSync(new URL(`lsblk-${machine}.json`, import.meta.url), 'utf8'));
const laptop = disksOf('laptop');
const board = disksOf('raspberry-pi');

function reason(disks: readonly BlockDevice[], path: string, imageSize = 1_200_000_000): string | undefined {
  const disk = disks.flatMap(withChildren).find((one) => one.path === path)!;
  return whyNot(disk, disks, imageSize);
}

test('a card in a reader, a stick at USB that says it is fixed, and a free loop device may be written to', () => {
  expect(reason(laptop, '/dev/sdb')).toBeUndefined();
  expect(reason(board, '/dev/sda')).toBeUndefined();
  expect(reason(laptop, '/dev/loop1')).toBeUndefined();
});

test.each([
  [
    'the system, on an encrypted partition',
    laptop,
    '/dev/nvme0n1',
    /^it holds the running system \(.*boot\/efi\)$/,
  ],
  ['a volume of the system', laptop, '/dev/mapper/root', /^it is no disk \(lsblk calls it crypt\)$/],
  ['the card that a board runs from', board, '/dev/mmcblk0', /^it holds the running system/],
  ['swap space on a card', board, '/dev/mmcblk1', /^it holds the running system \(.* is \[SWAP\]\)$/],
  ['swap space in memory', board, '/dev/zram0', /running system/],
  ['a partition', laptop, '/dev/sdb2', /^it is a partition: the whole disk is \/dev\/sdb$/],
  ['what is built in', laptop, '/dev/sda', /^it is built in, and no card or stick$/],
  ['a reader without a card', laptop, '/dev/sdc', /^there is no card in it$/],
  ['what is mounted', laptop, '/dev/sdd', /^it is mounted: \/dev\/sdd1 at \/media\/anna\/PHOTOS. To unmount/],
  ['a mounted loop device', laptop, '/dev/loop0', /^it is mounted: \/dev\/loop0 at \/snap\/core22\/1621/],
  ['a protected card', laptop, '/dev/sde', /^it is write-protected/],
  ['the protected part of an eMMC', board, '/dev/mmcblk0boot0', /^it is write-protected/],
  ['a disk with an open volume', laptop, '/dev/sdf', /^it is in use \(\/dev\/mapper\/backup-all, lvm\)$/],
  ['a drive for discs', laptop, '/dev/sr0', /^it is no disk \(lsblk calls it rom\)$/],
])('refused: %s', (_what, disks, path, words) => {
  expect(reason(disks, path)).toMatch(words);
});

test('a card one byte smaller than the image is too small, one of its size is not', () => {
  expect(reason(laptop, '/dev/sdb', 31914983424)).toBeUndefined();
  expect(reason(laptop, '/dev/sdb', 31914983425)).toMatch(/^it is too small: it has 31\.9 GB, and the image/);
});

test('cards and sticks are listed with what they hold, the others with what speaks against them', () => {
  expect(describeDisk(laptop.find(({path}) => path === '/dev/sdb')!)).toBe(
    '/dev/sdb  31.9 GB  Generic STORAGE DEVICE (usb)  has bootfs, rootfs',
  );
  const [good, bad] = describeAll(laptop).split('These cannot:');
  expect(good).toMatch(/^These can be written to:\n {2}\/dev\/sdb /);
  expect(good!.match(/\/dev\//g)).toHaveLength(1);
  expect(Array.from(bad!.matchAll(/^ {2}(\S+)/gm), ([, path]) => path)).toEqual([
    ...['/dev/nvme0n1', '/dev/sda', '/dev/sdc', '/dev/sdd', '/dev/sde', '/dev/sdf'],
  ]);
  expect(describeAll([])).toBe('There is no card or stick to write to.');
});

test('texts in place of numbers and flags are understood, as old versions of lsblk write them', () => {
  const old = JSON.stringify({
    blockdevices: [
      {
        ...{path: '/dev/sdb', type: 'disk', size: '31914983424', ro: '0', rm: '1', hotplug: '1'},
        ...{tran: 'usb', vendor: null, model: null, label: null, fstype: null, mountpoints: [null]},
      },
    ],
  });
  expect(parseDisks(old)).toMatchObject([{size: 31914983424, readOnly: false, removable: true}]);
  expect(() => parseDisks('{"blockdevices": [{"path": "/dev/sdb"}]}')).toThrow(
    /unexpected at blockdevices\.0\./,
  );
});

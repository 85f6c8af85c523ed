import {cpSync, mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {must} from '../setup/foreign-packages.ts';
import type {Base} from './base.ts';
import {treeOf} from './boot-area.ts';
import {partitions} from './layout.ts';
import type {Profile} from './profiles.ts';

const ours = fileURLToPath(new URL('boot', import.meta.url));

/** The file system that every computer can read: firmware, U-Boot and its script; settings for the first boot come here. */
export async function makeBootPartition({
  base,
  profile: {firmware, deviceTrees},
  file,
  work,
  time,
}: {
  base: Base;
  profile: Profile;
  file: string;
  work: string;
  time: number;
}): Promise<void> {
  rmSync(work, {recursive: true, force: true});
  rmSync(file, {force: true});
  mkdirSync(work, {recursive: true});
  for (const name of firmware) cpSync(join(base.beside, 'usr/lib/raspi-firmware', name), join(work, name));
  for (const name of deviceTrees) {
    const tree = join(work, `${name}.dtb`);
    cpSync(treeOf(base, name), tree);
    await waitForNoKey(tree);
  }
  cpSync(join(base.beside, 'usr/lib/u-boot/rpi_arm64/u-boot.bin'), join(work, 'u-boot.bin'));
  cpSync(join(ours, 'config.txt'), join(work, 'config.txt'));
  const fixed = `SOURCE_DATE_EPOCH=${time}`;
  const script = [
    '-A',
    'arm64',
    '-T',
    'script',
    '-C',
    'none',
    '-n',
    'Doorline',
    '-d',
    join(ours, 'boot.cmd'),
  ];
  await must(['env', fixed, 'mkimage', ...script, join(work, 'boot.scr')]);
  const label = ['-n', 'DOORLINE', '-i', 'd00b1e11'];
  const size = String(partitions.boot.size / 1024);
  await must(['env', fixed, 'mkfs.vfat', '--invariant', '-F', '32', '-s', '1', ...label, '-C', file, size]);
  const files = [
    ...firmware,
    ...deviceTrees.map((name) => `${name}.dtb`),
    'u-boot.bin',
    'config.txt',
    'boot.scr',
  ];
  const paths = files.map((name) => join(work, name));
  await must(['env', fixed, 'TZ=UTC', 'mcopy', '-i', file, ...paths, '::']);
}

/**
 * U-Boot's own settings are in the tree that the firmware of a Raspberry Pi hands it. Debian's build waits two seconds for a key
 * at the header's serial port and at USB keyboards, and stops for good at one: a reader or an RS-485 bus may say something
 * at any time. With a delay of -2 it does not look.
 */
async function waitForNoKey(tree: string): Promise<void> {
  await must(['fdtput', '-c', tree, '/config']);
  await must(['fdtput', '-t', 'x', tree, '/config', 'bootdelay', 'fffffffe']);
}

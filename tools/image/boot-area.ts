import {cpSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {crc32, gzipSync} from 'node:zlib';
import {must} from '../setup/foreign-packages.ts';
import type {Base} from './base.ts';
import {makeInitialRamDisk} from './initial-ram-disk.ts';
import {MiB, SECTOR, SLOT_ALIGNMENT} from './layout.ts';
import type {Profile} from './profiles.ts';

/** Debian's U-Boot unpacks no larger kernel (CONFIG_SYS_BOOTM_LEN). */
const LARGEST_KERNEL = 64 * MiB;

/**
 * What U-Boot starts, one behind the other: a list, then kernel, initial RAM disk, and a device tree for each model. The list
 * says where each begins, and has a checksum of all, so that nothing damaged is started. No FIT, which has all that: Debian's
 * U-Boot for a Raspberry Pi does not know it.
 */
export async function makeBootArea(
  base: Base,
  profile: Profile,
  {work, time}: {work: string; time: number},
): Promise<Buffer> {
  rmSync(work, {recursive: true, force: true});
  mkdirSync(work, {recursive: true});
  const kernel = readFileSync(base.kernel);
  if (kernel.length > LARGEST_KERNEL)
    throw new Error(`The kernel is too large for U-Boot: ${kernel.length} bytes`);
  writeFileSync(join(work, 'kernel.gz'), gzipSync(kernel, {level: 9}));
  writeFileSync(join(work, 'ramdisk.gz'), makeInitialRamDisk(base, profile));
  // U-Boot chooses the place of a kernel of this kind, which differs from board to board.
  await pack('kernel', ['-T', 'kernel_noload', '-C', 'gzip', '-d', 'kernel.gz']);
  await pack('ramdisk', ['-T', 'ramdisk', '-C', 'none', '-d', 'ramdisk.gz']);
  for (const name of profile.deviceTrees) {
    cpSync(treeOf(base, name), join(work, name));
    if (profile.spi !== undefined) await openSpi(join(work, name), profile.spi);
  }
  const files = ['kernel', 'ramdisk', ...profile.deviceTrees];
  return bootArea(files.map((name) => ({name, content: readFileSync(join(work, name))})));

  function pack(name: string, words: readonly string[]): Promise<string> {
    const kind = ['-A', 'arm64', '-O', 'linux', '-a', '0', '-e', '0', '-n', 'Doorline'];
    return must(['env', '-C', work, `SOURCE_DATE_EPOCH=${time}`, 'mkimage', ...kind, ...words, name]);
  }
}

/**
 * The list as `env import -c` reads it, and what it lists, each at a multiple of 4096. Numbers are hexadecimal: `blocks` of
 * 512 bytes altogether; `length` and `sum` (CRC-32) of all behind the list, and `swapped`, the sum with its bytes in the other
 * order, for some builds of U-Boot store it so; `at_NAME` from the list's beginning on.
 */
export function bootArea(files: readonly {readonly name: string; readonly content: Buffer}[]): Buffer {
  const places: [string, number][] = [];
  const parts: Buffer[] = [];
  let at = SLOT_ALIGNMENT;
  for (const {name, content} of files) {
    const padded = Buffer.alloc(Math.ceil(content.length / SLOT_ALIGNMENT) * SLOT_ALIGNMENT);
    content.copy(padded);
    parts.push(padded);
    places.push([`at_${name}`, at]);
    at += padded.length;
  }
  const content = Buffer.concat(parts);
  const sum = crc32(content);
  const swapped = Buffer.alloc(4);
  swapped.writeUInt32BE(sum);
  const numbers: [string, number][] = [
    ['blocks', at / SECTOR],
    ['length', content.length],
    ['sum', sum],
    ['swapped', swapped.readUInt32LE()],
    ...places,
  ];
  const list = Buffer.alloc(SLOT_ALIGNMENT);
  list.write(numbers.map(([name, number]) => `${name}=${number.toString(16)}\0`).join(''), 4, 'latin1');
  list.writeUInt32LE(crc32(list.subarray(4)), 0);
  return Buffer.concat([list, content]);
}

/** The device tree of a model as Debian's kernel has it. */
export function treeOf({deviceTrees}: Base, name: string): string {
  return join(deviceTrees, `${name}.dtb`);
}

/**
 * Debian's trees leave the header's SPI off, which the ring of light hangs on. The kernel refuses a device that calls itself
 * spidev: it has to be one that is driven that way.
 */
async function openSpi(tree: string, {controller, pins}: NonNullable<Profile['spi']>): Promise<void> {
  const phandle = (await must(['fdtget', '-t', 'u', tree, pins, 'phandle'])).trim();
  const put = (...words: string[]) => must(['fdtput', ...words]);
  await put('-t', 's', tree, controller, 'status', 'okay');
  await put('-t', 's', tree, controller, 'pinctrl-names', 'default');
  await put('-t', 'u', tree, controller, 'pinctrl-0', phandle);
  await put('-c', tree, `${controller}/spidev@0`);
  await put('-t', 's', tree, `${controller}/spidev@0`, 'compatible', 'rohm,dh2228fv');
  await put('-t', 'u', tree, `${controller}/spidev@0`, 'reg', '0');
  await put('-t', 'u', tree, `${controller}/spidev@0`, 'spi-max-frequency', '20000000');
}

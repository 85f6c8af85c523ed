import {cpSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {crc32, gzipSync} from 'node:zlib';
import {must} from '../setup/foreign-packages.ts';
import type {Base} from './base.ts';
import {makeInitialRamDisk} from './initial-ram-disk.ts';
import {SECTOR, SLOT_ALIGNMENT} from './layout.ts';

/** The models that an image of the first kind runs on, by the names of their device trees in Debian's kernel. */
export const deviceTrees: readonly string[] = [
  ...['bcm2837-rpi-3-b', 'bcm2837-rpi-3-b-plus', 'bcm2837-rpi-3-a-plus', 'bcm2837-rpi-zero-2-w'],
  ...['bcm2711-rpi-4-b', 'bcm2711-rpi-400'],
];

/**
 * What U-Boot starts, one behind the other: a list, then kernel, initial RAM disk, and a device tree for each model. The list
 * says where each begins, and has a checksum of all, so that nothing damaged is started. No FIT, which has all that: Debian's
 * U-Boot for a Raspberry Pi does not know it.
 */
export async function makeBootArea(base: Base, work: string, time: number): Promise<Buffer> {
  rmSync(work, {recursive: true, force: true});
  mkdirSync(work, {recursive: true});
  const kernel = readFileSync(join(base.beside, 'boot', `vmlinuz-${base.kernelVersion}`));
  writeFileSync(join(work, 'kernel.gz'), gzipSync(kernel, {level: 9}));
  writeFileSync(join(work, 'ramdisk.gz'), makeInitialRamDisk(base));
  // U-Boot chooses the place of a kernel of this kind, which differs from board to board.
  await pack('kernel', ['-T', 'kernel_noload', '-C', 'gzip', '-d', 'kernel.gz']);
  await pack('ramdisk', ['-T', 'ramdisk', '-C', 'none', '-d', 'ramdisk.gz']);
  for (const name of deviceTrees) {
    cpSync(treeOf(base, name), join(work, name));
    await openSpi(join(work, name));
  }
  const files = ['kernel', 'ramdisk', ...deviceTrees];
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
export function treeOf({beside, kernelVersion}: Base, name: string): string {
  return join(beside, `linux-image-${kernelVersion}`, 'broadcom', `${name}.dtb`);
}

/**
 * Debian's trees leave the header's SPI off, which the ring of light hangs on. The kernel refuses a device that calls itself
 * spidev: it has to be one that is driven that way.
 */
async function openSpi(tree: string): Promise<void> {
  const pins = '/soc/gpio@7e200000/spi0-gpio7';
  const spi = '/soc/spi@7e204000';
  const phandle = (await must(['fdtget', '-t', 'u', tree, pins, 'phandle'])).trim();
  const put = (...words: string[]) => must(['fdtput', ...words]);
  await put('-t', 's', tree, spi, 'status', 'okay');
  await put('-t', 's', tree, spi, 'pinctrl-names', 'default');
  await put('-t', 'u', tree, spi, 'pinctrl-0', phandle);
  await put('-c', tree, `${spi}/spidev@0`);
  await put('-t', 's', tree, `${spi}/spidev@0`, 'compatible', 'rohm,dh2228fv');
  await put('-t', 'u', tree, `${spi}/spidev@0`, 'reg', '0');
  await put('-t', 'u', tree, `${spi}/spidev@0`, 'spi-max-frequency', '20000000');
}

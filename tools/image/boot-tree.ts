import {cpSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {must} from '../setup/foreign-packages.ts';
import type {Base} from './base.ts';
import {makeInitialRamDisk} from './initial-ram-disk.ts';

/** The models that an image of the first kind runs on, by the names of their device trees in Debian's kernel. */
export const deviceTrees: readonly string[] = [
  ...['bcm2837-rpi-3-b', 'bcm2837-rpi-3-b-plus', 'bcm2837-rpi-3-a-plus', 'bcm2837-rpi-zero-2-w'],
  ...['bcm2711-rpi-4-b', 'bcm2711-rpi-400'],
];

/**
 * What U-Boot starts, in one file (FIT): kernel, initial RAM disk, and a device tree for each model, each with its checksum,
 * so that a damaged one is not started. "kernel_noload" lets U-Boot choose the place, which differs from board to board.
 */
export async function makeBootTree(base: Base, work: string, time: number): Promise<Buffer> {
  rmSync(work, {recursive: true, force: true});
  mkdirSync(work, {recursive: true});
  const kernel = readFileSync(join(base.beside, 'boot', `vmlinuz-${base.kernelVersion}`));
  writeFileSync(join(work, 'kernel.gz'), gzipSync(kernel, {level: 9}));
  writeFileSync(join(work, 'ramdisk.gz'), makeInitialRamDisk(base));
  for (const name of deviceTrees) {
    cpSync(treeOf(base, name), join(work, `${name}.dtb`));
    await openSpi(join(work, `${name}.dtb`));
  }
  const images = deviceTrees.map(
    (name) =>
      `${name} { ${described(`${name}.dtb`, 'flat_dt')} compression = "none"; hash-1 { algo = "sha256"; }; };`,
  );
  const configurations = deviceTrees.map(
    (name) => `${name}.dtb { kernel = "kernel"; ramdisk = "ramdisk"; fdt = "${name}"; };`,
  );
  writeFileSync(
    join(work, 'boot.its'),
    `/dts-v1/;
/ {
  description = "Doorline";
  #address-cells = <1>;
  images {
    kernel {
      ${described('kernel.gz', 'kernel_noload')}
      os = "linux"; compression = "gzip"; load = <0>; entry = <0>;
      hash-1 { algo = "sha256"; };
    };
    ramdisk {
      ${described('ramdisk.gz', 'ramdisk')}
      os = "linux"; compression = "none";
      hash-1 { algo = "sha256"; };
    };
    ${images.join('\n    ')}
  };
  configurations {
    default = "${deviceTrees[0]}.dtb";
    ${configurations.join('\n    ')}
  };
};
`,
  );
  await must(['env', '-C', work, `SOURCE_DATE_EPOCH=${time}`, 'mkimage', '-f', 'boot.its', 'boot.fit']);
  return readFileSync(join(work, 'boot.fit'));
}

/** The device tree of a model as Debian's kernel has it. */
export function treeOf({beside, kernelVersion}: Base, name: string): string {
  return join(beside, `linux-image-${kernelVersion}`, 'broadcom', `${name}.dtb`);
}

function described(file: string, type: string): string {
  return `description = "${file}"; data = /incbin/("${file}"); type = "${type}"; arch = "arm64";`;
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

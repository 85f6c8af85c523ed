import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

/** A kernel that the virtual machine can boot: its image and its modules, unpacked in a folder. */
export interface Kernel {
  /** The name for people, and on command lines. */
  readonly name: '6.12' | '7';
  /** The Debian release among whose backports it is. */
  readonly release: 'bookworm' | 'trixie';
  readonly folder: string;
  /** The modules that Debian's build lacks and that are compiled for it. */
  readonly compiled: readonly string[];
}

const compiled = ['irq-simulator', 'gpio-sim', 'uleds', 'spi-recorder', 'processor-sensors'];

/**
 * Two: the version of Debian stable, and a current one. The first lacks the simulated GPIO chip, which is compiled for it: so
 * it is bookworm's backport, whose tools to compile modules run on every release from bookworm on.
 */
export const kernels: readonly Kernel[] = [
  {name: '6.12', release: 'bookworm', folder: folder('6.12'), compiled},
  {name: '7', release: 'trixie', folder: folder('7'), compiled: []},
];

/** The kernel's image, compressed as the boot loader wants it. */
export function imageOf({folder}: Kernel): string {
  return join(folder, 'vmlinuz');
}

/** The folder with the kernel's modules, in folders of their own. */
export function modulesOf({folder}: Kernel): string {
  return join(folder, 'modules');
}

/** The shell and tools inside, before the machine's own files are there: one program without libraries. */
export function busyboxOf({folder}: Kernel): string {
  return join(folder, 'busybox');
}

/** The image of a kernel that has been fetched, with all that was to be compiled for it. */
export function findKernel(name: Kernel['name']): string | undefined {
  const kernel = kernels.find((one) => one.name === name)!;
  const needed = [
    imageOf(kernel),
    ...kernel.compiled.map((module) => join(modulesOf(kernel), `${module}.ko`)),
  ];
  return needed.every(existsSync) ? imageOf(kernel) : undefined;
}

function folder(name: string): string {
  return fileURLToPath(new URL(`../../build/vm/${name}`, import.meta.url));
}

import {fileURLToPath} from 'node:url';

/** Where what and how large on the card is: the same for all boards (MiB). */
export const MiB = 1024 * 1024;
export const SECTOR = 512;

/** The disk's id in its MBR: partition n is PARTUUID=d00b1e11-0n, whatever the kernel calls the device. */
export const DISK_ID = 'd00b1e11';

/** Two copies of the variables that U-Boot and the running system share, before the first partition. */
export const ENVIRONMENT = {first: 1 * MiB, second: 2 * MiB, size: 4096} as const;

/** Boot ROM and firmware of a Raspberry Pi know partition tables of the MBR: four partitions and no more. */
export const partitions = {
  boot: {number: 1, start: 4 * MiB, size: 60 * MiB, type: 'c'},
  A: {number: 2, start: 64 * MiB, size: 512 * MiB, type: '83'},
  B: {number: 3, start: 576 * MiB, size: 512 * MiB, type: '83'},
  /** Grown to the end of the card at the first boot. */
  data: {number: 4, start: 1088 * MiB, size: 32 * MiB, type: '83'},
} as const;

export const IMAGE_SIZE = partitions.data.start + partitions.data.size;

/** A slot begins with the root; at the next multiple of this behind it is what U-Boot starts (kernel, RAM disk, trees). */
export const SLOT_ALIGNMENT = 4096;

/** Tries of a slot that an update has chosen; and the number that says that a slot has proved good, and is not counted. */
export const TRIES = 2;
export const PROVED_GOOD = 9;

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const built = fileURLToPath(new URL('../../build/image', import.meta.url));

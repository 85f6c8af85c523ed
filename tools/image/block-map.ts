import {createHash} from 'node:crypto';
import {closeSync, openSync, readSync, statSync} from 'node:fs';
import {ENVIRONMENT, MiB, partitions} from './layout.ts';

/** A stretch of the image that has to be on the card, in bytes. */
export interface MappedRange {
  readonly start: number;
  readonly length: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** What of an image has to be written; the rest of the card may hold what it held before. */
export interface BlockMap {
  readonly imageSize: number;
  readonly ranges: readonly MappedRange[];
}

/** So long a range may be: after each, who writes can tell how far he is, and compare. */
const LONGEST = 4 * MiB;

/**
 * Maps table and variables, the boot partition, what slot A holds, and the data partition whole: there zeros count too,
 * for what an old card has in a journal or in a table of files would be taken for its own.
 */
export function mapBlocks(image: string, slotSize: number): BlockMap {
  const areas = [
    {start: 0, length: ENVIRONMENT.second + ENVIRONMENT.size},
    {start: partitions.boot.start, length: partitions.boot.size},
    {start: partitions.A.start, length: slotSize},
    {start: partitions.data.start, length: partitions.data.size},
  ];
  const file = openSync(image, 'r');
  try {
    const ranges = areas.flatMap(({start, length}) => {
      const count = Math.ceil(length / LONGEST);
      return Array.from({length: count}, (_, index) => {
        const bytes = Buffer.alloc(Math.min(LONGEST, length - index * LONGEST));
        readSync(file, bytes, 0, bytes.length, start + index * LONGEST);
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        return {start: start + index * LONGEST, length: bytes.length, sha256};
      });
    });
    return {imageSize: statSync(image).size, ranges};
  } finally {
    closeSync(file);
  }
}

import {closeSync, openSync, readSync} from 'node:fs';

const DEVICE = '/dev/spi-recorder';
const HEADER = 12;
const LONGEST = 4096;

/** One transfer that was made on /dev/spidev0.0, as tools/vm/simulators/spi-recorder.c keeps it. */
export interface Transfer {
  /** In Hz. */
  readonly speed: number;
  readonly mode: number;
  readonly bytes: Uint8Array;
}

/** The transfers since the last call, oldest first. */
export function takeTransfers(): Transfer[] {
  const transfers: Transfer[] = [];
  const recorder = openSync(DEVICE, 'r');
  try {
    for (;;) {
      const record = Buffer.alloc(HEADER + LONGEST);
      const size = readSync(recorder, record);
      if (size === 0) return transfers;
      const [speed, mode] = [record.readUInt32LE(0), record.readUInt32LE(4)];
      transfers.push({speed, mode, bytes: record.subarray(HEADER, size)});
    }
  } finally {
    closeSync(recorder);
  }
}

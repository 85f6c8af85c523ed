import {crc32} from 'node:zlib';
import {ENVIRONMENT, PROVED_GOOD} from './layout.ts';

/** What U-Boot chooses the slot by on a new card: there is nothing in slot B yet. */
const fresh = {BOOT_ORDER: 'A B', BOOT_A_LEFT: String(PROVED_GOOD), BOOT_B_LEFT: '0'};

/**
 * A copy of the variables as libubootenv and the boot script (boot/boot.cmd) keep them: CRC-32 of the text, least byte
 * first; the number of the copy; the text, which is `NAME=VALUE` with a zero byte behind each and filled up with zeros.
 */
export function environmentCopy(number: number, variables: Readonly<Record<string, string>> = fresh): Buffer {
  const copy = Buffer.alloc(ENVIRONMENT.size);
  const text = Object.entries(variables).map(([name, value]) => `${name}=${value}\0`);
  copy.write(text.join(''), 5, 'latin1');
  copy.writeUInt8(number, 4);
  copy.writeUInt32LE(crc32(copy.subarray(5)), 0);
  return copy;
}

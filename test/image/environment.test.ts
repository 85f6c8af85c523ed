import {expect, test} from 'vitest';
import {environmentCopy} from '../../tools/image/environment.ts';

test('the variables of a new card are what mkenvimage makes of them', () => {
  const copy = environmentCopy(1);
  // mkenvimage -r -s 0x1000 -p 0, of the package u-boot-tools, with the same three lines.
  expect(copy).toHaveLength(4096);
  expect(copy.subarray(0, 4).toString('hex')).toBe('b770899c');
  expect(copy[4]).toBe(1);
  expect(copy.subarray(5, 50).toString('latin1')).toBe('BOOT_ORDER=A B\0BOOT_A_LEFT=9\0BOOT_B_LEFT=0\0\0\0');
  expect(copy.subarray(50).every((byte) => byte === 0)).toBe(true);
});

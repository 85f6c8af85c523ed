import {crc32} from 'node:zlib';
import {expect, test} from 'vitest';
import {bootArea} from '../../tools/image/boot-area.ts';

test('the list says where each part is, and has checksums of itself and of all that it lists', () => {
  const files = [
    {name: 'kernel', content: Buffer.alloc(5000, 1)},
    {name: 'ramdisk', content: Buffer.alloc(4096, 2)},
    {name: 'bcm2837-rpi-3-b', content: Buffer.from('tree')},
  ];
  const area = bootArea(files);
  const list = area.subarray(0, 4096);
  expect(list.readUInt32LE(0)).toBe(crc32(list.subarray(4)));
  const lines = list.subarray(4).toString('latin1').split('\0').filter(Boolean);
  const numbers = Object.fromEntries(
    lines.map((line) => line.split('=')).map(([name, number]) => [name, Number.parseInt(number!, 16)]),
  );
  for (const {name, content} of files) {
    const at = numbers[`at_${name}`]!;
    expect(at % 4096).toBe(0);
    expect(area.subarray(at, at + content.length)).toEqual(content);
  }
  expect(numbers['length']).toBe(area.length - 4096);
  expect(numbers['blocks']).toBe(area.length / 512);
  expect(numbers['sum']).toBe(crc32(area.subarray(4096)));
  const swapped = Buffer.alloc(4);
  swapped.writeUInt32LE(numbers['swapped']!);
  expect(swapped.readUInt32BE()).toBe(numbers['sum']);
});

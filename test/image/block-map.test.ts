import {createHash} from 'node:crypto';
import {mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {mapBlocks} from '../../tools/image/block-map.ts';
import {IMAGE_SIZE, MiB, partitions} from '../../tools/image/layout.ts';

test('everything that a card must have is mapped once, with the right checksums, and slot B is not', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-test-'));
  context.onTestFinished(() => rmSync(folder, {recursive: true}));
  const image = join(folder, 'image');
  writeFileSync(image, 'table');
  truncateSync(image, IMAGE_SIZE);
  const slotSize = 5 * MiB + 4096;
  const {imageSize, ranges} = mapBlocks(image, slotSize);

  expect(imageSize).toBe(IMAGE_SIZE);
  for (const [index, {start, length}] of ranges.entries()) {
    const next = ranges[index + 1]?.start ?? IMAGE_SIZE;
    expect(length).toBeGreaterThan(0);
    expect(start + length).toBeLessThanOrEqual(next);
  }
  const mapped = (start: number, size: number) =>
    ranges
      .filter((range) => range.start >= start && range.start + range.length <= start + size)
      .reduce((sum, {length}) => sum + length, 0);
  expect(mapped(partitions.boot.start, partitions.boot.size)).toBe(partitions.boot.size);
  expect(mapped(partitions.A.start, partitions.A.size)).toBe(slotSize);
  expect(mapped(partitions.B.start, partitions.B.size)).toBe(0);
  expect(mapped(partitions.data.start, partitions.data.size)).toBe(partitions.data.size);
  const [first] = ranges;
  const bytes = Buffer.alloc(first!.length);
  bytes.write('table');
  expect(first!.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
});

import {createHash} from 'node:crypto';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {type BlockMap, parseBlockMap} from '../../tools/flash/block-map.ts';
import {piecesOf} from '../../tools/flash/pieces.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** An image, what of it is mapped, and the sizes of the chunks in which it comes. */
const scene = fc
  .record({
    image: fc.uint8Array({minLength: 1, maxLength: 2000}).map((bytes) => Buffer.from(bytes)),
    cuts: fc.uniqueArray(fc.nat(2000), {minLength: 2, maxLength: 12}),
    chunks: fc.array(fc.integer({min: 1, max: 300}), {minLength: 1, maxLength: 20}),
  })
  .map(({image, cuts, chunks}) => {
    const edges = cuts.map((cut) => Math.min(cut, image.length)).sort((one, other) => one - other);
    const ranges = edges.slice(1).flatMap((end, index) => {
      const start = edges[index]!;
      // Every second stretch is mapped, the others are left out.
      if (index % 2 === 1 || end === start) return [];
      return [{start, length: end - start, sha256: sha256(image.subarray(start, end))}];
    });
    return {image, ranges, chunks};
  });

async function* inChunks(image: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < image.length; turn += 1) {
    const size = sizes[turn % sizes.length]!;
    yield image.subarray(at, at + size);
    at += size;
  }
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test('of any image, in any chunks, exactly what the map names comes', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async ({image, ranges, chunks}) => {
      const pieces = await collect(piecesOf(inChunks(image, chunks), ranges));
      expect(pieces.map(({bytes, ...range}) => range)).toEqual(ranges);
      for (const {start, length, bytes} of pieces) {
        expect(bytes.equals(image.subarray(start, start + length))).toBe(true);
      }
    }),
  );
});

test('one changed bit in what is mapped is found, and so is a missing end', async () => {
  await fc.assert(
    fc.asyncProperty(
      scene,
      fc.nat(),
      fc.integer({min: 0, max: 7}),
      async ({image, ranges, chunks}, at, bit) => {
        fc.pre(ranges.length > 0);
        const {start, length} = ranges[at % ranges.length]!;
        const place = start + (at % length);
        const changed = Buffer.from(image);
        changed[place]! ^= 1 << bit;
        await expect(collect(piecesOf(inChunks(changed, chunks), ranges))).rejects.toThrow(/damaged/);
        const last = ranges.at(-1)!;
        const cut = image.subarray(0, last.start + (at % last.length));
        await expect(collect(piecesOf(inChunks(cut, chunks), ranges))).rejects.toThrow(/cut off/);
      },
    ),
  );
});

test('without a map all of the image comes, in pieces of 4 MiB', async () => {
  const image = Buffer.alloc(9 * 1024 * 1024, 'doorline');
  const pieces = await collect(piecesOf(inChunks(image, [1_000_003]), undefined));
  expect(pieces.map(({start, length}) => [start, length])).toEqual([
    [0, 4194304],
    [4194304, 4194304],
    [8388608, 1048576],
  ]);
  expect(Buffer.concat(pieces.map(({bytes}) => bytes)).equals(image)).toBe(true);
  expect(await collect(piecesOf(inChunks(Buffer.alloc(0), [1]), undefined))).toEqual([]);
});

const good: BlockMap = {imageSize: 100, ranges: [{start: 10, length: 90, sha256: 'a'.repeat(64)}]};

test('a map is read as it was written', () => {
  expect(parseBlockMap(JSON.stringify(good))).toEqual(good);
});

test.each([
  ['no JSON', '{"imageSize": 100', /not JSON/],
  ['nothing mapped', JSON.stringify({...good, ranges: []}), /ranges is wrong/],
  ['a size that is no number', JSON.stringify({...good, imageSize: '100'}), /imageSize is wrong/],
  ['a negative start', JSON.stringify({...good, ranges: [{...good.ranges[0], start: -1}]}), /start is wrong/],
  [
    'a range of nothing',
    JSON.stringify({...good, ranges: [{...good.ranges[0], length: 0}]}),
    /length is wrong/,
  ],
  [
    'a range too large for memory',
    JSON.stringify({imageSize: 2e9, ranges: [{...good.ranges[0], length: 1e9}]}),
    /length/,
  ],
  ['a number past all whole ones', JSON.stringify({...good, imageSize: 1e300}), /imageSize is wrong/],
  [
    'a checksum that is none',
    JSON.stringify({...good, ranges: [{...good.ranges[0], sha256: 'a'}]}),
    /sha256/,
  ],
  ['what goes beyond the image', JSON.stringify({...good, imageSize: 99}), /beyond the end/],
  [
    'overlaps',
    JSON.stringify({imageSize: 200, ranges: [good.ranges[0], {...good.ranges[0], start: 99}]}),
    /overlap/,
  ],
])('refused as a map: %s', (_what, text, words) => {
  expect(() => parseBlockMap(text)).toThrow(words);
});

test('whatever stands in a map, it is a map or an error in words', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(() => parseBlockMap(text)).toThrow(/./);
    }),
  );
});

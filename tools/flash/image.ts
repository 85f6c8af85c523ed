import {createHash} from 'node:crypto';
import {createReadStream, existsSync, readFileSync, statSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {basename} from 'node:path';
import {pipeline, Transform} from 'node:stream';
import {createZstdDecompress} from 'node:zlib';
import {type BlockMap, parseBlockMap} from './block-map.ts';
import {type Piece, piecesOf} from './pieces.ts';

/** How a frame of Zstandard begins (RFC 8878 section 3.1.1), and how what cannot be unpacked here does. */
const ZSTANDARD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const FOREIGN = {
  xz: Buffer.from([0xfd, 0x37, 0x7a, 0x58]),
  gzip: Buffer.from([0x1f, 0x8b]),
  zip: Buffer.from('PK'),
} as const;

/** An image that has been read to its end once, and found to be whole. */
export interface Image {
  /** The size of what is written, before it was compressed (bytes). */
  readonly size: number;
  /** How many bytes its pieces have together. */
  readonly mapped: number;
  /** What cannot be known for sure, in words. */
  readonly doubts: readonly string[];
  /** Reads it once more. The pieces come in its order. */
  pieces(): AsyncGenerator<Piece>;
}

/**
 * Reads an image, plain or compressed (Zstandard), and checks it: against FILE.sha256 where that lies beside, and against its map,
 * which is called as the image before it was compressed and ends in .map.json. `onRead` is told how much of the file has been read.
 * @throws Error in words for people: whatever is wrong with the image is found before a card is touched.
 */
export async function openImage(file: string, onRead: (bytes: number) => void): Promise<Image> {
  if (!existsSync(file)) throw new Error(`There is no image ${file}.`);
  if (!statSync(file).isFile()) throw new Error(`${file} is no file.`);
  const compressed = await isCompressed(file);
  const expected = readChecksum(file);
  const map = readMap(file);
  const hash = createHash('sha256');
  let [read, size, mapped] = [0, 0, 0];
  const watched = streamOf(file, compressed, (chunk) => {
    hash.update(chunk);
    read += chunk.length;
    onRead(read);
  });
  const counted = (async function* () {
    for await (const chunk of watched) {
      size += chunk.length;
      yield chunk;
    }
  })();
  const remaining = counted[Symbol.asyncIterator]();
  try {
    for await (const {length} of piecesOf({[Symbol.asyncIterator]: () => remaining}, map?.ranges))
      mapped += length;
    // What no range names is read as well: the size and the checksum are those of the whole.
    while ((await remaining.next()).done !== true);
  } catch (error) {
    throw readable(error as NodeJS.ErrnoException, file);
  }
  if (expected !== undefined && hash.digest('hex') !== expected) {
    throw new Error(`${file} is damaged: its checksum is not the one in ${basename(file)}.sha256.`);
  }
  if (map !== undefined && size !== map.imageSize) {
    throw new Error(`${file} has ${size} bytes, but its map is for an image of ${map.imageSize}.`);
  }
  if (size === 0) throw new Error(`${file} is empty.`);
  const doubts: string[] = [];
  if (expected === undefined)
    doubts.push(`No ${basename(file)}.sha256 lies beside the image: it is taken as it is.`);
  if (map === undefined)
    doubts.push('No map lies beside the image: all of it is written, also what is empty.');
  return {size, mapped, doubts, pieces: () => piecesOf(streamOf(file, compressed), map?.ranges)};
}

/** The image as it is to be on the card. `onChunk` sees the file as it is. */
function streamOf(
  file: string,
  compressed: boolean,
  onChunk?: (chunk: Buffer) => void,
): AsyncIterable<Buffer> {
  const look = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onChunk?.(chunk);
      done(null, chunk);
    },
  });
  // An error reaches whoever reads from the last one.
  const ignore = () => {};
  const source = createReadStream(file, {highWaterMark: 256 * 1024});
  if (!compressed) return pipeline(source, look, ignore);
  return pipeline(source, look, createZstdDecompress(), ignore);
}

async function isCompressed(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const {buffer} = await handle.read(Buffer.alloc(ZSTANDARD.length), 0, ZSTANDARD.length, 0);
    for (const [format, start] of Object.entries(FOREIGN)) {
      if (!buffer.subarray(0, start.length).equals(start)) continue;
      throw new Error(`${file} is packed with ${format}: unpack it first, or take one that ends in .zst.`);
    }
    return buffer.equals(ZSTANDARD);
  } finally {
    await handle.close();
  }
}

/** The checksum beside the image, as sha256sum writes it. */
function readChecksum(file: string): string | undefined {
  const beside = `${file}.sha256`;
  if (!existsSync(beside)) return undefined;
  const [, checksum] = /^([0-9a-f]{64})\b/i.exec(readFileSync(beside, 'utf8')) ?? [];
  if (checksum === undefined) throw new Error(`${beside} has no checksum in it.`);
  return checksum.toLowerCase();
}

function readMap(file: string): BlockMap | undefined {
  const beside = `${file.replace(/\.zst$/, '')}.map.json`;
  if (!existsSync(beside)) return undefined;
  try {
    return parseBlockMap(readFileSync(beside, 'utf8'));
  } catch (error) {
    throw new Error(`${beside} is no map of an image: ${(error as Error).message}.`);
  }
}

function readable(error: NodeJS.ErrnoException, file: string): Error {
  if (error.code === undefined) return error;
  if (
    error.code === 'ERR_BUFFER_TOO_LARGE' ||
    error.code === 'Z_BUF_ERROR' ||
    error.code.startsWith('ZSTD_')
  ) {
    return new Error(`${file} is damaged or cut off: it cannot be unpacked.`);
  }
  return new Error(`${file} cannot be read: ${error.message}`);
}

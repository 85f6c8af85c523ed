import {createHash} from 'node:crypto';
import type {MappedRange} from './block-map.ts';

/** A stretch of an image with its bytes. */
export interface Piece extends MappedRange {
  readonly bytes: Buffer;
}

/** Without a map the image is cut into such pieces. */
const PIECE_SIZE = 4 * 1024 * 1024;

/**
 * Cuts an image that comes as a stream into the ranges of its map, in order, and checks each against its checksum; what is in
 * none is left out. Without ranges all of it comes, in pieces of 4 MiB. Only one piece is in memory at a time.
 * @throws Error in words for people where the stream ends too early, or a range is not what the map says.
 */
export async function* piecesOf(
  stream: AsyncIterable<Buffer>,
  ranges: Iterable<MappedRange> | undefined,
): AsyncGenerator<Piece> {
  const reader = new StreamReader(stream);
  if (ranges === undefined) {
    for (let start = 0; ; ) {
      const bytes = await reader.read(start, PIECE_SIZE);
      if (bytes.length > 0) yield {start, length: bytes.length, sha256: digest(bytes), bytes};
      if (bytes.length < PIECE_SIZE) return;
      start += PIECE_SIZE;
    }
  }
  for (const range of ranges) {
    const bytes = await reader.read(range.start, range.length);
    if (bytes.length < range.length) throw new Error('The image ends before its map does: it is cut off.');
    if (digest(bytes) !== range.sha256) {
      throw new Error(`The image is damaged: what begins at byte ${range.start} is not what its map says.`);
    }
    yield {...range, bytes};
  }
}

export function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Reads stretches of a stream, each behind the one before. */
class StreamReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #position = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** `length` bytes from `start` on; fewer where the stream ends. */
  async read(start: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done === true) break;
        this.#rest = next.value;
      }
      const skipped = Math.min(start + filled - this.#position, this.#rest.length);
      this.#advance(skipped);
      const taken = this.#rest.copy(bytes, filled);
      this.#advance(taken);
      filled += taken;
    }
    return bytes.subarray(0, filled);
  }

  #advance(count: number): void {
    this.#position += count;
    this.#rest = this.#rest.subarray(count);
  }
}

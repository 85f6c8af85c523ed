import {type FileHandle, open} from 'node:fs/promises';
import koffi from 'koffi';
import type {MappedRange} from './block-map.ts';
import {digest, type Piece} from './pieces.ts';

/** Where a computer looks first: until all else is written it holds zeros, so that nothing starts from half an image. */
const HEAD = 4096;
const POSIX_FADV_DONTNEED = 4;

/** How a work goes on, in bytes, and what ends it early, with the reason that it throws. */
export interface Watch {
  readonly onProgress: (bytes: number) => void;
  readonly stop: AbortSignal;
}

/** A device or file that is written to. */
export class Target {
  readonly path: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /**
   * Opens it. `flags` are those of open(2): with O_EXCL nobody else can mount a device meanwhile, with O_DSYNC a write ends when
   * it is on the card.
   * @throws Error in words for people, as all that follows.
   */
  static async open(path: string, flags: number): Promise<Target> {
    try {
      return new Target(path, await open(path, flags, 0o644));
    } catch (error) {
      throw inWords(error, path);
    }
  }

  /** Makes a file so long. */
  async extend(size: number): Promise<void> {
    await this.#handle.truncate(size);
  }

  /**
   * Writes the pieces of an image of `size` bytes, the head of the disk last, and makes sure that they are on the card.
   * When it throws, what was on the device before is lost, and nothing starts from it.
   * @returns what was written.
   */
  async write(pieces: AsyncIterable<Piece>, size: number, {onProgress, stop}: Watch): Promise<MappedRange[]> {
    const head = Buffer.alloc(Math.min(HEAD, size));
    const written: MappedRange[] = [];
    let done = 0;
    try {
      await this.#writeAt(head, 0);
      for await (const {bytes, ...range} of pieces) {
        stop.throwIfAborted();
        const ofHead = Math.min(Math.max(head.length - range.start, 0), bytes.length);
        bytes.copy(head, range.start, 0, ofHead);
        await this.#writeAt(bytes.subarray(ofHead), range.start + ofHead);
        written.push(range);
        done += range.length;
        onProgress(done);
      }
      await this.#handle.sync();
      stop.throwIfAborted();
      await this.#writeAt(head, 0);
      await this.#handle.sync();
    } catch (error) {
      throw inWords(error, this.path);
    }
    return written;
  }

  /** Reads back from the card, not from memory, what was written, and compares. */
  async compare(written: readonly MappedRange[], {onProgress, stop}: Watch): Promise<void> {
    let done = 0;
    try {
      for (const range of written) {
        stop.throwIfAborted();
        forget(this.#handle.fd, range);
        if (digest(await this.#readAt(range)) !== range.sha256) {
          throw new Error(
            `What ${this.path} gives back at byte ${range.start} is not what was written: it is defective, or not as large as it says.`,
          );
        }
        done += range.length;
        onProgress(done);
      }
    } catch (error) {
      throw inWords(error, this.path);
    }
  }

  /** Takes the head of the disk away, as far as the device still lets it. */
  async spoil(): Promise<void> {
    await this.#writeAt(Buffer.alloc(HEAD), 0).catch(() => {});
  }

  /** Makes sure that what others have written to it is there too. */
  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #writeAt(bytes: Buffer, position: number): Promise<void> {
    for (let offset = 0; offset < bytes.length; ) {
      const {bytesWritten} = await this.#handle.write(
        bytes,
        offset,
        bytes.length - offset,
        position + offset,
      );
      offset += bytesWritten;
    }
  }

  /** Fewer bytes where the device ends. */
  async #readAt({start, length}: MappedRange): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    for (let offset = 0; offset < length; ) {
      const {bytesRead} = await this.#handle.read(bytes, offset, length - offset, start + offset);
      if (bytesRead === 0) return bytes.subarray(0, offset);
      offset += bytesRead;
    }
    return bytes;
  }
}

/** Lets the kernel drop what it has in memory of a file (posix_fadvise(2)): the next reading comes from the device. */
function forget(file: number, {start, length}: MappedRange): void {
  const advise = koffi.load(null).func('posix_fadvise', 'int', ['int', 'int64_t', 'int64_t', 'int']);
  advise(file, start, length, POSIX_FADV_DONTNEED);
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'may be written to by root only: say it again after sudo',
  EPERM: 'may be written to by root only: say it again after sudo',
  EBUSY: 'is in use by another program or mounted',
  EROFS: 'is write-protected',
  ENOSPC: 'has no room for all of the image',
  EFBIG: 'has no room for all of the image',
  EIO: 'reports an error: the card is defective, or loose in its reader',
  ENXIO: 'is gone: it was pulled out',
  ENODEV: 'is gone: it was pulled out',
  ENOENT: 'cannot be made: its folder does not exist',
};

function inWords(error: unknown, path: string): unknown {
  const {code} = error as NodeJS.ErrnoException;
  const words = code === undefined ? undefined : WORDS[code];
  return words === undefined ? error : new Error(`${path} ${words}.`);
}

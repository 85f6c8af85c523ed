import {closeSync, openSync, writeSync} from 'node:fs';
import {HardwareError} from '../hal.ts';
import type {Recorder} from './paced-speaker.ts';

const HEADER_BYTES = 44;
/** Nothing is recorded after this long, so that a forgotten recording does not fill the disk. */
const LIMIT_SECONDS = 3600;

/**
 * Records into a 16-bit mono WAV file. The file is written about once a second of sound, header first, and is
 * complete up to there whenever the process is killed.
 */
export class WavRecorder implements Recorder {
  readonly #descriptor: number;
  readonly #rate: number;
  /** One second of sound that is not yet in the file. */
  readonly #pending: Int16Array;
  #pendingCount = 0;
  #written = 0;
  #closed = false;

  /**
   * Makes the file, or empties the one that is there.
   * @throws HardwareError where it cannot.
   */
  constructor(path: string, rate: number) {
    this.#rate = rate;
    this.#pending = new Int16Array(rate);
    try {
      this.#descriptor = openSync(path, 'w');
    } catch (error) {
      throw new HardwareError(`${path} cannot be written: ${(error as NodeJS.ErrnoException).code}`);
    }
    this.#flush();
  }

  append(samples: Int16Array): void {
    for (let rest = samples; rest.length > 0; ) {
      const part = rest.subarray(0, this.#pending.length - this.#pendingCount);
      this.#pending.set(part, this.#pendingCount);
      this.#pendingCount += part.length;
      rest = rest.subarray(part.length);
      if (this.#pendingCount === this.#pending.length) this.#flush();
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    closeSync(this.#descriptor);
  }

  /** The samples go first: a header that promised more than there is would make the file invalid. */
  #flush(): void {
    const room = LIMIT_SECONDS * this.#rate - this.#written;
    const samples = this.#pending.subarray(0, Math.min(this.#pendingCount, room));
    this.#pendingCount = 0;
    if (this.#closed || (samples.length === 0 && this.#written > 0)) return;
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    try {
      writeSync(this.#descriptor, bytes, 0, bytes.length, HEADER_BYTES + this.#written * 2);
      this.#written += samples.length;
      writeSync(this.#descriptor, header(this.#rate, this.#written * 2), 0, HEADER_BYTES, 0);
    } catch {
      // A full disk ends the recording, not the call.
      this.#closed = true;
      closeSync(this.#descriptor);
    }
  }
}

function header(rate: number, dataBytes: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20); // PCM
  bytes.writeUInt16LE(1, 22); // channels
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 2, 28);
  bytes.writeUInt16LE(2, 32); // bytes of a frame
  bytes.writeUInt16LE(16, 34); // bits of a sample
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(dataBytes, 40);
  return bytes;
}

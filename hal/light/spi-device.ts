import {closeSync, openSync, readFileSync, write, writeSync} from 'node:fs';
import {HardwareError} from '../hal.ts';
import {ioctl, writeRequest} from '../linux/ioctl.ts';
import type {SpiSender} from './spi-ring.ts';

const GROUP = 0x6b;
const SET_MODE = writeRequest(GROUP, 1, 1);
const SET_BITS_A_WORD = writeRequest(GROUP, 3, 1);
const SET_SPEED = writeRequest(GROUP, 4, 4);
/** Data changes while the clock is low, and is taken over when it rises; nobody here looks at the clock. */
const MODE_0 = 0;

/** What spidev sends at most in one go; it does not split what is longer. */
const BUFFER_SIZE_FILE = '/sys/module/spidev/parameters/bufsiz';
const USUAL_BUFFER_SIZE = 4096;

/** A device of the kernel's spidev, write-only. Each write is one transfer without gaps. */
export class SpiDevice implements SpiSender {
  readonly #descriptor: number;

  /**
   * `speed` in Hz; the controller takes the nearest below that it can make. `size` is the longest transfer, in bytes.
   * @throws HardwareError in words that say what to do.
   */
  constructor(path: string, {speed, size}: {speed: number; size: number}) {
    const limit = bufferSize();
    if (size > limit) {
      throw new HardwareError(
        `${path} sends at most ${limit} bytes at a time, and ${size} are needed: load spidev with bufsiz=${size}`,
      );
    }
    try {
      this.#descriptor = openSync(path, 'r+');
    } catch (error) {
      throw new HardwareError(openProblem(path, error as NodeJS.ErrnoException));
    }
    try {
      const speedBytes = Buffer.alloc(4);
      speedBytes.writeUInt32LE(speed);
      ioctl(this.#descriptor, SET_MODE, Buffer.of(MODE_0));
      ioctl(this.#descriptor, SET_BITS_A_WORD, Buffer.of(8));
      ioctl(this.#descriptor, SET_SPEED, speedBytes);
    } catch (error) {
      closeSync(this.#descriptor);
      throw new HardwareError(`${path} is no SPI device that can be used: ${(error as Error).message}`);
    }
  }

  /** In a thread of Node.js's pool: the kernel returns when all is on the wire. */
  send(bytes: Uint8Array, done: (error: Error | null) => void): void {
    write(this.#descriptor, bytes, done);
  }

  sendNow(bytes: Uint8Array): void {
    writeSync(this.#descriptor, bytes);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function bufferSize(): number {
  try {
    return Number(readFileSync(BUFFER_SIZE_FILE, 'utf8')) || USUAL_BUFFER_SIZE;
  } catch {
    return USUAL_BUFFER_SIZE;
  }
}

function openProblem(path: string, {code, message}: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
      return `there is no ${path}: SPI has to be switched on (on a Raspberry Pi: dtparam=spi=on in config.txt)`;
    case 'EACCES':
      return `${path} may not be used by this user: add the user to the group "spi"`;
    case 'EBUSY':
      return `${path} is used by another program: end that`;
    default:
      return `${path} cannot be used: ${message}`;
  }
}

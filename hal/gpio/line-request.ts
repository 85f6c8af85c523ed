import {closeSync, openSync, readSync} from 'node:fs';
import {ioctl, type SystemError} from '../linux/ioctl.ts';
import {watchReadable} from '../linux/readable.ts';
import {
  GET_LINES,
  GET_VALUES,
  type LineEvent,
  lineRequest,
  lineValues,
  type RequestedLine,
  readDescriptor,
  readEvents,
  roomForEvents,
  SET_VALUES,
} from './uapi.ts';

/** How the kernel names the holder of our lines to others. */
const CONSUMER = 'doorline';
/** Room in the kernel for each line's events, and what is read at once. A storm of more loses the oldest. */
const EVENTS_A_LINE = 32;
const EVENTS_A_READ = 64;

/** Lines of one chip that this process holds, until it closes them or ends. */
export class LineRequest {
  readonly #descriptor: number;
  readonly #count: number;
  readonly #buffer = roomForEvents(EVENTS_A_READ);
  #unwatch: (() => void) | undefined;

  /**
   * `device` is the chip's file. Outputs start inactive.
   * @throws SystemError with the code `EBUSY` where somebody else holds one of the lines.
   */
  constructor(device: string, lines: readonly RequestedLine[]) {
    this.#count = lines.length;
    const chip = openSync(device, 'r');
    try {
      const request = lineRequest(CONSUMER, lines, EVENTS_A_LINE * lines.length);
      ioctl(chip, GET_LINES, request);
      this.#descriptor = readDescriptor(request);
    } finally {
      closeSync(chip);
    }
  }

  /** Whether each line is active, in the order of the request. */
  values(): boolean[] {
    const bytes = lineValues(0n, (1n << BigInt(this.#count)) - 1n);
    ioctl(this.#descriptor, GET_VALUES, bytes);
    const values = bytes.readBigUInt64LE(0);
    return Array.from({length: this.#count}, (_, index) => ((values >> BigInt(index)) & 1n) === 1n);
  }

  /** Sets several lines at once: their index in the request, and whether they are to be active. */
  set(lines: ReadonlyMap<number, boolean>): void {
    let values = 0n;
    let mask = 0n;
    for (const [index, active] of lines) {
      mask |= 1n << BigInt(index);
      if (active) values |= 1n << BigInt(index);
    }
    ioctl(this.#descriptor, SET_VALUES, lineValues(values, mask));
  }

  /** Calls `onEvents` when there are events to `read`. */
  watch(onEvents: () => void): void {
    this.#unwatch = watchReadable(this.#descriptor, onEvents);
  }

  /** The events since the last call, never waiting for one; only once it is watched. */
  read(): LineEvent[] {
    const events: LineEvent[] = [];
    for (;;) {
      const size = this.#readOnce();
      events.push(...readEvents(this.#buffer.subarray(0, size)));
      if (size < this.#buffer.length) return events;
    }
  }

  /** Gives the lines back. */
  close(): void {
    this.#unwatch?.();
    closeSync(this.#descriptor);
  }

  #readOnce(): number {
    try {
      return readSync(this.#descriptor, this.#buffer);
    } catch (error) {
      if ((error as SystemError).code === 'EAGAIN') return 0;
      throw error;
    }
  }
}

import {readSync, writeSync} from 'node:fs';
import type {SerialPort} from 'serialport';
import {UNPLUGGED} from '../linux/lasting-device.ts';

/** Bytes that are read at a time by `readNow`. */
const READ_SIZE = 256;
/** So much (bytes) waits at most for a port that takes nothing: several seconds' worth at the speeds in use. */
const MOST_WAITING = 4_096;

export interface SerialOptions {
  readonly path: string;
  readonly baudRate: number;
  readonly data: (bytes: Uint8Array) => void;
  readonly lost: (reason: string) => void;
}

/** A serial port with 8 data bits, no parity and one stop bit, held exclusively, until it is lost. */
export class SerialLine {
  readonly #port: SerialPort;
  #lost: ((reason: string) => void) | undefined;

  private constructor(port: SerialPort, data: (bytes: Uint8Array) => void, lost: (reason: string) => void) {
    this.#port = port;
    this.#lost = lost;
    // What the port has read already comes after it was closed.
    port.on('data', (bytes: Buffer) => {
      if (this.#lost !== undefined) data(bytes);
    });
    port.on('error', (error) => this.#tellLost(explain(error)));
    for (const event of ['end', 'close']) port.on(event, () => this.#tellLost(UNPLUGGED));
  }

  /**
   * Opens the device file `path`. `data` gets the bytes as they come. `lost` is told once when the port does not
   * work any more, unless it was closed before; but not every driver notices that its device was unplugged.
   * Rejects with the reason in plain words.
   */
  static async open({path, baudRate, data, lost}: SerialOptions): Promise<SerialLine> {
    // Native code, which only stations with such a port need.
    const {SerialPort} = await import('serialport');
    const port = new SerialPort({path, baudRate, autoOpen: false});
    await new Promise<void>((resolve, reject) => {
      port.open((error) => (error ? reject(new Error(explain(error))) : resolve()));
    });
    return new SerialLine(port, data, lost);
  }

  /** Queues bytes. That they cannot be sent is told as a loss, also where the port takes nothing for long. */
  write(bytes: Uint8Array): void {
    if (!this.#port.isOpen) return;
    if (this.#port.writableLength + bytes.length > MOST_WAITING) this.#tellLost('it takes no more bytes');
    // Without a callback the reason would be an event of its own.
    else this.#port.write(Buffer.from(bytes), () => {});
  }

  /** Hands bytes to the kernel before it returns: for the end of the process. @throws NodeJS.ErrnoException */
  writeNow(bytes: Uint8Array): void {
    const descriptor = this.#descriptor;
    if (descriptor !== undefined) writeSync(descriptor, bytes);
  }

  /** The bytes that have come and were not told of, without waiting: for the end of the process too. @throws NodeJS.ErrnoException */
  readNow(): Uint8Array {
    const descriptor = this.#descriptor;
    const bytes = Buffer.alloc(READ_SIZE);
    try {
      return bytes.subarray(0, descriptor === undefined ? 0 : readSync(descriptor, bytes));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return new Uint8Array();
      throw error;
    }
  }

  /** Of the open port: the library keeps it to itself. */
  get #descriptor(): number | undefined {
    const {fd} = (this.#port.port ?? {}) as {readonly fd?: number | null};
    return fd ?? undefined;
  }

  close(): void {
    this.#lost = undefined;
    if (this.#port.isOpen) this.#port.close(() => {});
  }

  #tellLost(reason: string): void {
    const lost = this.#lost;
    this.#lost = undefined;
    lost?.(reason);
  }
}

/** The library's errors begin with the words of the system, and go on with those of its own. */
function explain({message}: Error): string {
  if (/permission denied/i.test(message))
    return 'this program may not open it: is its user in the group dialout?';
  if (/cannot lock|busy/i.test(message)) return 'another program holds it';
  return message.replace(/^Error:? /, '').replace(/, cannot open .*$/, '');
}

import {closeSync, constants, openSync, readSync} from 'node:fs';
import {ioctl} from '../linux/ioctl.ts';
import {UNPLUGGED} from '../linux/lasting-device.ts';
import {watchReadable} from '../linux/readable.ts';
import {INPUT_EVENT_SIZE, type InputEvent, parseInputEvents} from './input-event.ts';

/** _IOW('E', 0x90, int): what the device sends comes here and nowhere else, until it is closed. */
const EVIOCGRAB = 0x40044590;
/** _IOW('E', 0xa0, int): which clock the times of the events are read from. */
const EVIOCSCLOCKID = 0x400445a0;
const CLOCK_MONOTONIC = 1;
const EVENTS_A_READ = 64;

/** A device of /dev/input, taken exclusively: nothing that is typed there reaches a console or another program. */
export class InputDevice {
  readonly #descriptor: number;
  readonly #buffer = Buffer.alloc(EVENTS_A_READ * INPUT_EVENT_SIZE);
  readonly #event: (event: InputEvent) => void;
  readonly #lost: (reason: string) => void;
  readonly #unwatch: () => void;
  #closed = false;

  /** `lost` is told once, when the device is gone. @throws Error with the reason in plain words. */
  constructor(options: {
    path: string;
    event: (event: InputEvent) => void;
    lost: (reason: string) => void;
  }) {
    this.#event = options.event;
    this.#lost = options.lost;
    this.#descriptor = explained(() => openSync(options.path, constants.O_RDONLY | constants.O_NONBLOCK));
    try {
      // The argument is not read: that there is one takes the device.
      explained(() => ioctl(this.#descriptor, EVIOCGRAB, Buffer.alloc(4)));
      // The wall clock jumps, most of all shortly after the start, when the network gives the time.
      explained(() =>
        ioctl(this.#descriptor, EVIOCSCLOCKID, Buffer.from(Int32Array.of(CLOCK_MONOTONIC).buffer)),
      );
      this.#unwatch = watchReadable(this.#descriptor, () => this.#read());
    } catch (error) {
      closeSync(this.#descriptor);
      throw error;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unwatch();
    closeSync(this.#descriptor);
  }

  /** What is more than this comes with the next round of the event loop. */
  #read(): void {
    if (this.#closed) return;
    let size: number;
    try {
      size = readSync(this.#descriptor, this.#buffer);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') this.#tellLost();
      return;
    }
    if (size === 0) this.#tellLost();
    else for (const event of parseInputEvents(this.#buffer.subarray(0, size))) this.#event(event);
  }

  #tellLost(): void {
    this.close();
    this.#lost(UNPLUGGED);
  }
}

function explained<Value>(use: () => Value): Value {
  try {
    return use();
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    if (code === 'EACCES') throw new Error('this program may not open it: is its user in the group input?');
    if (code === 'EBUSY') throw new Error('another program holds it');
    throw new Error(message);
  }
}

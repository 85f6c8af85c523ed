import {statSync} from 'node:fs';
import type {Clock, Timer} from '../hal.ts';

/** How often it is looked whether a device is there, while it is away and while it is open; ms. */
const LOOK = 2_000;
/** After a failure the next attempt waits so long, and twice as long each time; ms. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** What has lasted so long (ms) was no failure. */
const LASTED = 60_000;

/** Why a device is lost whose file has gone, or that its driver tells to be gone. */
export const UNPLUGGED = 'it was unplugged';

/** A device while it is open. */
export interface OpenDevice {
  close(): void;
}

/**
 * Keeps a device open that may be unplugged and come back. It looks by itself whether the device is still the one
 * that it opened: not every driver tells that it is gone.
 */
export class LastingDevice<Device extends OpenDevice> {
  readonly #find: () => string | undefined;
  readonly #open: (path: string, lost: (reason: string) => void) => Promise<Device>;
  readonly #changed: (device: Device | undefined, reason: string) => void;
  readonly #clock: Clock;
  #device: Device | undefined;
  #identity: string | undefined;
  #openedAt = 0;
  #wait = FIRST_WAIT;
  #told: string | undefined;
  #timer: Timer | undefined;
  #closed = false;
  /** Counts the attempts: what an earlier one tells late is of no interest. */
  #attempt = 0;

  /**
   * `find` gives the path of the device file, if there is one now. `changed` is told of the opened device, or why there is
   * none; of each reason once in a row. It starts with the first attempt, and tells nothing before the constructor has returned.
   */
  constructor(options: {
    find: () => string | undefined;
    open: (path: string, lost: (reason: string) => void) => Promise<Device>;
    changed: (device: Device | undefined, reason: string) => void;
    clock: Clock;
  }) {
    this.#find = options.find;
    this.#open = options.open;
    this.#changed = options.changed;
    this.#clock = options.clock;
    queueMicrotask(() => this.#look());
  }

  close(): void {
    this.#closed = true;
    this.#release();
  }

  #look(): void {
    if (this.#closed) return;
    const path = this.#find();
    const identity = path === undefined ? undefined : identify(path);
    if (this.#device !== undefined) {
      if (identity === this.#identity) this.#lookAgain(LOOK);
      else this.#lose(UNPLUGGED);
    } else if (path === undefined || identity === undefined) {
      if (this.#told !== UNPLUGGED) this.#tell('it is not plugged in');
      this.#lookAgain(LOOK);
    } else {
      void this.#tryToOpen(path, identity);
    }
  }

  async #tryToOpen(path: string, identity: string): Promise<void> {
    this.#attempt += 1;
    const attempt = this.#attempt;
    let lost: string | undefined;
    try {
      const device = await this.#open(path, (reason) => {
        lost = reason;
        if (attempt === this.#attempt && this.#device !== undefined) this.#lose(reason);
      });
      if (this.#closed || lost !== undefined) device.close();
      if (lost !== undefined) throw new Error(lost);
      if (this.#closed) return;
      this.#device = device;
      this.#identity = identity;
      this.#openedAt = this.#clock.now();
      this.#told = undefined;
      this.#lookAgain(LOOK);
      this.#changed(device, '');
    } catch (error) {
      if (this.#closed) return;
      this.#tell((error as Error).message);
      this.#lookAfterFailure();
    }
  }

  #lose(reason: string): void {
    if (this.#clock.now() - this.#openedAt >= LASTED) this.#wait = FIRST_WAIT;
    this.#release();
    this.#tell(reason);
    this.#lookAfterFailure();
  }

  #release(): void {
    this.#timer?.cancel();
    this.#attempt += 1;
    this.#device?.close();
    this.#device = undefined;
  }

  #lookAfterFailure(): void {
    this.#lookAgain(this.#wait);
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
  }

  #lookAgain(milliseconds: number): void {
    if (this.#closed) return;
    this.#timer?.cancel();
    this.#timer = this.#clock.after(milliseconds, () => this.#look());
  }

  #tell(reason: string): void {
    if (this.#told === reason || this.#closed) return;
    this.#told = reason;
    this.#changed(undefined, reason);
  }
}

/**
 * What another device of the same name does not have in common with this one; undefined where none can be seen. Not the time of
 * the last change: the device manager touches what it looks through again.
 */
function identify(path: string): string | undefined {
  try {
    const {dev, ino, rdev, birthtimeMs} = statSync(path);
    return `${dev} ${ino} ${rdev} ${birthtimeMs}`;
  } catch {
    return undefined;
  }
}

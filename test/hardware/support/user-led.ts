import {closeSync, constants, openSync, readSync, writeSync} from 'node:fs';

const DEVICE = '/dev/uleds';
const NAME_SIZE = 64;

/** An LED of the kernel's LED class that shines in this program (the kernel's module uleds), gone at the end of the test. */
export class UserLed {
  readonly #descriptor: number;
  #seen = 0;

  constructor(
    {onTestFinished}: {onTestFinished(callback: () => void): void},
    name: string,
    maxBrightness: number,
  ) {
    this.#descriptor = openSync(DEVICE, constants.O_RDWR | constants.O_NONBLOCK);
    onTestFinished(() => closeSync(this.#descriptor));
    const request = Buffer.alloc(NAME_SIZE + 4);
    request.write(name);
    request.writeInt32LE(maxBrightness, NAME_SIZE);
    writeSync(this.#descriptor, request);
  }

  /** How bright it shines, as the kernel last told. */
  get brightness(): number {
    const answer = Buffer.alloc(4);
    try {
      readSync(this.#descriptor, answer);
      this.#seen = answer.readInt32LE(0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
    return this.#seen;
  }
}

import {closeSync, openSync, writeSync} from 'node:fs';
import koffi from 'koffi';
import {ioctl, writeRequest} from '../../../hal/linux/ioctl.ts';

const UINPUT = 'U'.charCodeAt(0);
const SETUP = writeRequest(UINPUT, 3, 92);
const SET_EVENT_TYPE = writeRequest(UINPUT, 100, 4);
const SET_KEY = writeRequest(UINPUT, 101, 4);
const CREATE = 0x5501;
const EV_KEY = 1;
const ENTER = 28;
/** Longest name in struct uinput_setup, with the zero at its end. */
const NAME_SIZE = 80;

const setNumber = koffi.load(null).func('int ioctl(int descriptor, unsigned long request, long value)');

/** A USB keyboard that the kernel simulates (uinput), plugged in until `unplug` or the end of the test. */
export class VirtualKeyboard {
  readonly #descriptor: number;
  #pluggedIn = true;

  private constructor(name: string) {
    this.#descriptor = openSync('/dev/uinput', 'w');
    this.#set(SET_EVENT_TYPE, EV_KEY);
    for (let key = 1; key <= ENTER; key += 1) this.#set(SET_KEY, key);
    const setup = Buffer.alloc(92);
    setup.writeUInt16LE(3, 0); // USB
    setup.write(name.slice(0, NAME_SIZE - 1), 8);
    ioctl(this.#descriptor, SETUP, setup);
    this.#set(CREATE, 0);
  }

  static plugIn(
    {onTestFinished}: {onTestFinished(callback: () => void): void},
    name: string,
  ): VirtualKeyboard {
    const keyboard = new VirtualKeyboard(name);
    onTestFinished(() => keyboard.unplug());
    return keyboard;
  }

  /** Types digits and Enter, faster than a hand. */
  type(digits: string): void {
    this.press(digits);
    this.#stroke(ENTER);
  }

  /** The digits without Enter. */
  press(digits: string): void {
    for (const digit of digits) this.#stroke(digit === '0' ? 11 : 1 + Number(digit));
  }

  #stroke(code: number): void {
    for (const value of [1, 0]) {
      this.#write(EV_KEY, code, value);
      this.#write(0, 0, 0);
    }
  }

  unplug(): void {
    if (this.#pluggedIn) closeSync(this.#descriptor);
    this.#pluggedIn = false;
  }

  #set(request: number, value: number): void {
    if (setNumber(this.#descriptor, request, value) < 0) throw new Error(`uinput: error ${koffi.errno()}`);
  }

  #write(type: number, code: number, value: number): void {
    const event = Buffer.alloc(24);
    event.writeUInt16LE(type, 16);
    event.writeUInt16LE(code, 18);
    event.writeInt32LE(value, 20);
    writeSync(this.#descriptor, event);
  }
}

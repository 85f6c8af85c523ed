import type {OutputLine} from '../hal.ts';
import type {GpioOutputSetting} from './gpio-driver.ts';
import {LineRequest} from './line-request.ts';
import {LineFlag} from './uapi.ts';

/**
 * The outputs of one chip, held together so that several can be changed at the same moment. Each is inactive from the moment it
 * is an output, and inactive again before it is given back. What a line does afterwards, or when the process is killed,
 * is its chip's driver's affair: `docs/gpio.md` says what each leaves.
 */
export class GpioOutputs {
  readonly lines: readonly OutputLine[];
  readonly #request: LineRequest;
  readonly #active: boolean[];
  #closed = false;

  /** @throws SystemError where the kernel refuses the lines. */
  constructor(device: string, outputs: readonly GpioOutputSetting[]) {
    this.#request = new LineRequest(
      device,
      outputs.map(({offset, active}) => ({
        offset,
        flags: LineFlag.output | (active === 'low' ? LineFlag.activeLow : 0),
        debounce: 0,
      })),
    );
    this.#active = outputs.map(() => false);
    this.lines = outputs.map((output, index) => this.#line(output, index));
  }

  /** All inactive at once, and given back. Nothing moves them afterwards. */
  close(): void {
    if (this.#closed) return;
    try {
      this.#set(new Map(this.#active.map((_, index) => [index, false])));
    } finally {
      this.#closed = true;
      this.#request.close();
    }
  }

  #line({name, inverted}: GpioOutputSetting, index: number): OutputLine {
    const isActive = () => this.#active[index]!;
    const set = (active: boolean) => this.#set(new Map([[index, active]]));
    return {
      name,
      inverted,
      get active() {
        return isActive();
      },
      set,
    };
  }

  #set(lines: ReadonlyMap<number, boolean>): void {
    if (this.#closed) return;
    this.#request.set(lines);
    for (const [index, active] of lines) this.#active[index] = active;
  }
}

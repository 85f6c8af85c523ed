import type {Clock} from '../hal.ts';
import {SystemError} from '../linux/ioctl.ts';
import {DebouncedInput} from './debounced-input.ts';
import type {GpioInputSetting} from './gpio-driver.ts';
import {LineRequest} from './line-request.ts';
import {type LineEvent, LineFlag} from './uapi.ts';

/**
 * The kernel waits for the first quarter of the debounce time and tells nothing of what is shorter: the bouncing of a good
 * contact, and storms on a bad wire, cost nothing. What outlasts that but not the rest is told, and counted as a glitch.
 */
const KERNEL_SHARE = 1 / 4;

const biasFlags = {
  'pull-up': LineFlag.pullUp,
  'pull-down': LineFlag.pullDown,
  none: LineFlag.noBias,
} as const;

/** The inputs of one chip. Their changes have the kernel's times, so a late reader debounces as well as a prompt one. */
export class GpioInputs {
  readonly lines: readonly DebouncedInput[];
  readonly #request: LineRequest;
  readonly #clock: Clock;
  readonly #byOffset: ReadonlyMap<number, DebouncedInput>;
  #sequence = 0;

  /** @throws SystemError where the kernel refuses the lines. */
  constructor(device: string, inputs: readonly GpioInputSetting[], clock: Clock) {
    this.#clock = clock;
    const {request, share} = requestInputs(device, inputs);
    this.#request = request;
    const values = this.#orClosed(() => request.values());
    this.lines = inputs.map(
      ({name, debounceMs, lockOutMs}, index) =>
        new DebouncedInput(
          name,
          {debounceMs: debounceMs * (1 - share), lockOutMs, initial: values[index]!},
          clock,
          () => this.#readEvents(),
        ),
    );
    this.#byOffset = new Map(inputs.map(({offset}, index) => [offset, this.lines[index]!]));
    this.#orClosed(() => request.watch(() => this.#readEvents()));
  }

  close(): void {
    for (const line of this.lines) line.close();
    this.#request.close();
  }

  /** The lines are given back where this throws. */
  #orClosed<Value>(use: () => Value): Value {
    try {
      return use();
    } catch (error) {
      this.#request.close();
      throw error;
    }
  }

  #readEvents(): void {
    const now = this.#clock.now();
    let events: LineEvent[];
    try {
      events = this.#request.read();
    } catch {
      // The chip is gone, as one at USB may be: its contacts count as open, and no button as pressed.
      for (const line of this.lines) line.level(false, now);
      return;
    }
    const kernelNow = process.hrtime.bigint();
    let lost = false;
    for (const {offset, active, timestamp, sequence} of events) {
      const ago = Number(kernelNow - timestamp) / 1e6;
      this.#byOffset.get(offset)?.level(active, now - Math.max(0, ago));
      lost ||= sequence !== this.#sequence + 1;
      this.#sequence = sequence;
    }
    // The last event of a line may be among those that were lost.
    if (lost)
      for (const [index, active] of this.#request.values().entries()) this.lines[index]!.level(active, now);
  }
}

/** With the kernel's debouncing, or without where the chip does not allow it; `share` is the part of the time that it does. */
function requestInputs(
  device: string,
  inputs: readonly GpioInputSetting[],
): {request: LineRequest; share: number} {
  const request = (share: number) =>
    new LineRequest(
      device,
      inputs.map(({offset, active, bias, debounceMs}) => ({
        offset,
        flags:
          LineFlag.input |
          LineFlag.risingEdge |
          LineFlag.fallingEdge |
          (active === 'low' ? LineFlag.activeLow : 0) |
          biasFlags[bias],
        debounce: Math.round(debounceMs * share * 1000),
      })),
    );
  try {
    return {request: request(KERNEL_SHARE), share: KERNEL_SHARE};
  } catch (error) {
    if (!(error instanceof SystemError) || error.code === 'EBUSY') throw error;
    return {request: request(0), share: 0};
  }
}

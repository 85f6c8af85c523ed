import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {Gpio} from 'onoff';
import {closeAll} from '../close-all.ts';
import {type Clock, HardwareError, type OutputLine} from '../hal.ts';
import {DebouncedInput} from './debounced-input.ts';
import type {FoundLine, WantedLine} from './find-lines.ts';
import type {GpioDriver, GpioInputSetting, GpioOutputSetting} from './gpio-driver.ts';

const FOLDER = '/sys/class/gpio';

/** Whether the kernel has its old interface to GPIO lines, and a chip. */
export function hasSysfs(): boolean {
  return existsSync(FOLDER) && chips().length > 0;
}

/**
 * Lines by the kernel's old interface, which knows them by numbers only: a chip's first number changes from kernel to kernel, so
 * the chip is looked up by its label. It gives no resistor to an input, does not debounce, and tells no time of a change: what lasts
 * shorter than the program takes to look is not seen. **What a killed process set stays set** until somebody sets it anew.
 */
export class SysfsDriver implements GpioDriver {
  readonly #label: string | undefined;

  /** `label` is that of the chip whose line n is called GPIOn. */
  constructor(label: string | undefined) {
    this.#label = label;
  }

  find(wanted: readonly WantedLine[]): {lines: FoundLine[]} | {problems: string[]} {
    if (this.#label === undefined) {
      return {
        problems: [
          'this kernel knows its GPIO lines by number only, and the numbers of the board are not known',
        ],
      };
    }
    const labelled = chips().filter(({label}) => label === this.#label);
    const [chip] = labelled;
    if (chip === undefined) return {problems: [`there is no GPIO chip labelled "${this.#label}"`]};
    if (labelled.length > 1) return {problems: [`there are several GPIO chips labelled "${this.#label}"`]};
    const lines = wanted.map(({line}) => numberOf(line, chip.lines));
    const problems = wanted.flatMap(({line, use}, index) =>
      lines[index] === undefined
        ? [`there is no GPIO line ${line} (for ${use}): the chip has GPIO0 to GPIO${chip.lines - 1}`]
        : [],
    );
    if (problems.length > 0) return {problems};
    return {lines: lines.map((line) => ({device: FOLDER, offset: chip.base + line!}))};
  }

  openInputs(_device: string, inputs: readonly GpioInputSetting[], clock: Clock) {
    return opened(inputs, (input) => openInput(input, clock));
  }

  openOutputs(_device: string, outputs: readonly GpioOutputSetting[]) {
    return opened(outputs, openOutput);
  }
}

interface OpenLine<Line> {
  readonly line: Line;
  close(): void;
}

/** All the lines, or none. The kernel does not take them back when the program ends: so that ends them too, where it can. */
function opened<Setting, Line>(settings: readonly Setting[], open: (setting: Setting) => OpenLine<Line>) {
  const all: OpenLine<Line>[] = [];
  const close = () => {
    process.off('exit', close);
    closeAll(all.splice(0));
  };
  process.on('exit', close);
  try {
    for (const setting of settings) all.push(open(setting));
  } catch (error) {
    close();
    throw error;
  }
  return {lines: all.map(({line}) => line), close};
}

function openInput({name, offset, active, debounceMs, lockOutMs}: GpioInputSetting, clock: Clock) {
  const gpio = take(name, () => new Gpio(offset, 'in', 'both', {activeLow: active === 'low'}));
  let seenAt = clock.now();
  // What has changed without being told was no lasting level: when it changed nobody knows.
  const line = new DebouncedInput(name, {debounceMs, lockOutMs, initial: gpio.readSync() === 1}, clock, () =>
    line.level(gpio.readSync() === 1, seenAt),
  );
  gpio.watch((_error, value) => {
    seenAt = clock.now();
    line.level(value === 1, seenAt);
  });
  const close = () => {
    line.close();
    gpio.unexport();
  };
  return {line, close};
}

/** Inactive from the moment it is an output; the level is that of the line, so that no earlier holder's inversion matters. */
function openOutput({name, offset, active, inverted}: GpioOutputSetting): OpenLine<OutputLine> {
  const [on, off] = active === 'high' ? ([1, 0] as const) : ([0, 1] as const);
  const gpio = take(name, () => new Gpio(offset, off === 0 ? 'low' : 'high', 'none', {activeLow: false}));
  let isActive = false;
  let closed = false;
  const set = (wanted: boolean) => {
    if (closed) return;
    gpio.writeSync(wanted ? on : off);
    isActive = wanted;
  };
  const line = {
    name,
    inverted,
    get active() {
      return isActive;
    },
    set,
  };
  const close = () => {
    try {
      set(false);
    } finally {
      closed = true;
      gpio.unexport();
    }
  };
  return {line, close};
}

function take(name: string, open: () => Gpio): Gpio {
  try {
    return open();
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    if (code === 'EBUSY') {
      throw new HardwareError(
        `the GPIO line for ${name} is held by the kernel or another program: this kernel does not say which`,
      );
    }
    if (code === 'EACCES' || code === 'EPERM') {
      throw new HardwareError(
        `${FOLDER} may not be written: the user needs the group that it belongs to, often "gpio"`,
      );
    }
    throw new HardwareError(`the GPIO line for ${name} cannot be used: ${message}`);
  }
}

function numberOf(line: string, count: number): number | undefined {
  const [, digits] = /^GPIO(\d{1,4})$/.exec(line) ?? [];
  return digits === undefined || Number(digits) >= count ? undefined : Number(digits);
}

/** The chips with their labels, and the numbers of their lines: so many from `base` on. */
function chips(): {label: string; base: number; lines: number}[] {
  const attribute = (chip: string, name: string) => readFileSync(join(FOLDER, chip, name), 'utf8').trim();
  return readdirSync(FOLDER)
    .filter((name) => /^gpiochip\d+$/.test(name))
    .map((chip) => ({
      label: attribute(chip, 'label'),
      base: Number(attribute(chip, 'base')),
      lines: Number(attribute(chip, 'ngpio')),
    }));
}

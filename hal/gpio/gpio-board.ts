import type {BoardDefinition} from '../board-definition.ts';
import {closeAll} from '../close-all.ts';
import {type Board, type Clock, HardwareError, type InputLine, type OutputLine} from '../hal.ts';
import {SystemError} from '../linux/ioctl.ts';
import {type FoundLine, findLines, hasCharacterDevice} from './find-lines.ts';
import type {GpioDriver} from './gpio-driver.ts';
import {GpioInputs} from './gpio-inputs.ts';
import {GpioOutputs} from './gpio-outputs.ts';
import {hasSysfs, SysfsDriver} from './sysfs-driver.ts';

/** The kernel's present interface: names, its own debouncing, times of changes, and lines that end with their holder. */
const characterDevice = (chip: string | undefined): GpioDriver => ({
  find: (wanted) => findLines(wanted, chip),
  openInputs: (device, inputs, clock) => new GpioInputs(device, inputs, clock),
  openOutputs: (device, outputs) => new GpioOutputs(device, outputs),
});

/** A board whose lines are on GPIO chips of the kernel: driven through sysfs where these have no character device. */
export class GpioBoard implements Board {
  readonly name: string;
  readonly inputs: ReadonlyMap<string, InputLine>;
  readonly outputs: ReadonlyMap<string, OutputLine>;
  readonly light = undefined;
  readonly press = undefined;
  readonly #opened: {close(): void}[] = [];

  /** @throws HardwareError that names each line that cannot be had, and why. */
  constructor(definition: BoardDefinition, clock: Clock) {
    this.name = definition.name;
    try {
      const driver = chooseDriver(definition);
      const {inputs, outputs} = locate(definition, driver);
      // First of all no output stays on that a killed process has left so.
      const outputLines = this.#open(outputs, (device, lines) => driver.openOutputs(device, lines));
      const inputLines = this.#open(inputs, (device, lines) => driver.openInputs(device, lines, clock));
      this.outputs = new Map(outputLines.map((line) => [line.name, line]));
      this.inputs = new Map(inputLines.map((line) => [line.name, line]));
    } catch (error) {
      this.close();
      if (error instanceof SystemError)
        throw cannotOpen(definition, [`the kernel refuses its lines (${error.message})`]);
      throw error;
    }
  }

  close(): void {
    closeAll(this.#opened.splice(0));
  }

  /** One request for all the lines of a chip. */
  #open<Setting extends FoundLine, Line>(
    settings: readonly Setting[],
    open: (device: string, settings: Setting[]) => {readonly lines: readonly Line[]; close(): void},
  ): Line[] {
    return [...Map.groupBy(settings, ({device}) => device)].flatMap(([device, lines]) => {
      const opened = open(device, lines);
      this.#opened.push(opened);
      return opened.lines;
    });
  }
}

const opposite = {low: 'high', high: 'low'} as const;

function chooseDriver({chip}: BoardDefinition): GpioDriver {
  return !hasCharacterDevice() && hasSysfs() ? new SysfsDriver(chip) : characterDevice(chip);
}

/** The definition's lines with the places where they are on this machine. */
function locate(definition: BoardDefinition, driver: GpioDriver) {
  const inputs = definition.inputs.map(({pin, ...input}) => ({...input, pin: wired(pin)}));
  const outputs = definition.outputs.map(({pin, name, inverted = false}) => ({
    name,
    inverted,
    pin: wired(pin),
  }));
  const wanted = [...inputs, ...outputs];
  if (wanted.length === 0) return {inputs: [], outputs: []};
  const found = driver.find(wanted.map(({name, pin}) => ({line: pin.line, use: name})));
  if ('problems' in found) throw cannotOpen(definition, found.problems);
  const {lines} = found;
  return {
    inputs: inputs.map(({pin, ...input}, index) => ({...input, ...pin, ...lines[index]!})),
    outputs: outputs.map(({pin, ...output}, index) => ({
      ...output,
      ...pin,
      active: output.inverted ? opposite[pin.active] : pin.active,
      ...lines[inputs.length + index]!,
    })),
  };
}

function wired<Pin>(pin: Pin | undefined): Pin {
  if (pin === undefined) throw new Error('a board with GPIO has a pin for each line');
  return pin;
}

function cannotOpen({name}: BoardDefinition, problems: readonly string[]): HardwareError {
  return new HardwareError(`the board ${name} cannot be opened: ${problems.join('; ')}`);
}

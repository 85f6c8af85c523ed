import type {BoardDefinition} from '../board-definition.ts';
import {type Board, type Clock, HardwareError, type InputLine, type OutputLine} from '../hal.ts';
import {SystemError} from '../linux/ioctl.ts';
import {type FoundLine, findLines} from './find-lines.ts';
import {GpioInputs} from './gpio-inputs.ts';
import {GpioOutputs} from './gpio-outputs.ts';

/** A board whose lines are on GPIO chips of the kernel. */
export class GpioBoard implements Board {
  readonly name: string;
  readonly inputs: ReadonlyMap<string, InputLine>;
  readonly outputs: ReadonlyMap<string, OutputLine>;
  readonly light = undefined;
  readonly press = undefined;
  readonly #opened: (GpioInputs | GpioOutputs)[] = [];

  /** @throws HardwareError that names each line that cannot be had, and why. */
  constructor(definition: BoardDefinition, clock: Clock) {
    this.name = definition.name;
    try {
      const {inputs, outputs} = locate(definition);
      // First of all no output stays on that a killed process has left so.
      const outputLines = this.#open(outputs, (device, lines) => new GpioOutputs(device, lines));
      const inputLines = this.#open(inputs, (device, lines) => new GpioInputs(device, lines, clock));
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
    for (const lines of this.#opened.splice(0)) lines.close();
  }

  /** One request for all the lines of a chip. */
  #open<Setting extends FoundLine, Line>(
    settings: readonly Setting[],
    open: (
      device: string,
      settings: Setting[],
    ) => (GpioInputs | GpioOutputs) & {readonly lines: readonly Line[]},
  ): Line[] {
    return [...Map.groupBy(settings, ({device}) => device)].flatMap(([device, lines]) => {
      const opened = open(device, lines);
      this.#opened.push(opened);
      return opened.lines;
    });
  }
}

const opposite = {low: 'high', high: 'low'} as const;

/** The definition's lines with the places where they are on this machine. */
function locate(definition: BoardDefinition) {
  const inputs = definition.inputs.map(({pin, ...input}) => ({...input, pin: wired(pin)}));
  const outputs = definition.outputs.map(({pin, name, inverted = false}) => ({
    name,
    inverted,
    pin: wired(pin),
  }));
  const wanted = [...inputs, ...outputs];
  if (wanted.length === 0) return {inputs: [], outputs: []};
  const found = findLines(wanted.map(({name, pin}) => ({line: pin.line, use: name})));
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

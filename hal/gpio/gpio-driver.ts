import type {Clock, InputLine, OutputLine} from '../hal.ts';
import type {FoundLine, WantedLine} from './find-lines.ts';

/** An input of a chip, how it is wired, and which of its changes count. */
export interface GpioInputSetting {
  readonly name: string;
  readonly offset: number;
  /** The electrical level that means active. */
  readonly active: 'low' | 'high';
  readonly bias: 'pull-up' | 'pull-down' | 'none';
  readonly debounceMs: number;
  readonly lockOutMs: number;
}

/** An output of a chip, and how it is to be wired. */
export interface GpioOutputSetting {
  readonly name: string;
  readonly offset: number;
  /** The electrical level that means active. */
  readonly active: 'low' | 'high';
  /** The load is under current while the line is inactive: `active` says so already. */
  readonly inverted: boolean;
}

/** Lines that are held until they are closed. */
interface OpenLines<Line> {
  readonly lines: readonly Line[];
  close(): void;
}

/** One of the kernel's two ways to GPIO lines. Both openers throw SystemError, or an error of node:fs, where it refuses. */
export interface GpioDriver {
  /**
   * Finds lines by name.
   * @returns each line's place in the order of the names, or else what is wrong with each, in words.
   */
  find(wanted: readonly WantedLine[]): {lines: FoundLine[]} | {problems: string[]};
  openInputs(device: string, inputs: readonly GpioInputSetting[], clock: Clock): OpenLines<InputLine>;
  openOutputs(device: string, outputs: readonly GpioOutputSetting[]): OpenLines<OutputLine>;
}

import {closeSync, openSync, readdirSync} from 'node:fs';
import {ioctl} from '../linux/ioctl.ts';
import {nearNames} from '../near-names.ts';
import {
  emptyChipInfo,
  GET_CHIP_INFO,
  GET_LINE_INFO,
  type LineInfo,
  lineInfoOf,
  readChipInfo,
  readLineInfo,
} from './uapi.ts';

const DEVICES = '/dev';

/** Where a line is. */
export interface FoundLine {
  /** The file of its chip, such as `/dev/gpiochip0`. */
  readonly device: string;
  readonly offset: number;
}

interface ChipLine extends LineInfo, FoundLine {}

/** A line that is wanted: the kernel's name, and what it is for, in words. */
export interface WantedLine {
  readonly line: string;
  readonly use: string;
}

/**
 * Finds lines by name on all GPIO chips of the machine. Those that have no names on the chip with the label `chip` are
 * called GPIO and their number.
 * @returns each line's place in the order of the names, or else what is wrong with each, in words: a name that no line has, or
 * several have, and a line that somebody else holds.
 */
export function findLines(
  wanted: readonly WantedLine[],
  chip?: string,
): {lines: FoundLine[]} | {problems: string[]} {
  const there = allLines(chip);
  if ('problem' in there) return {problems: [there.problem]};
  const found = wanted.map((one) => findLine(one, there.lines));
  const problems = found.flatMap((one) => ('problem' in one ? [one.problem] : []));
  return problems.length > 0 ? {problems} : {lines: found.filter((one) => 'device' in one)};
}

/** Whether the machine's GPIO chips have their device files. */
export function hasCharacterDevice(): boolean {
  return chipDevices().length > 0;
}

/** Who holds the lines of this machine that are held, by their names as for `findLines`; empty where they cannot be read. */
export function lineHolders(chip?: string): ReadonlyMap<string, string> {
  const there = allLines(chip);
  const held = 'lines' in there ? there.lines.filter(({used}) => used) : [];
  return new Map(held.map(({name, consumer}) => [name, consumer || 'the kernel']));
}

function findLine({line, use}: WantedLine, there: readonly ChipLine[]): FoundLine | {problem: string} {
  const named = there.filter(({name}) => name === line);
  const [first] = named;
  if (first === undefined) {
    const near = nearNames(
      line,
      there.map(({name}) => name).filter((name) => name !== ''),
    );
    const hint =
      near.length === 0 ? 'the lines of this machine have no names' : `near it are ${near.join(', ')}`;
    return {problem: `there is no GPIO line ${line} (for ${use}): ${hint}`};
  }
  if (named.length > 1) {
    const devices = named.map(({device}) => device).join(' and ');
    return {problem: `there are several GPIO lines ${line} (for ${use}): on ${devices}`};
  }
  if (first.used) return {problem: heldLine(line, use, first.consumer)};
  return {device: first.device, offset: first.offset};
}

/** What to say of a line that somebody else holds. */
function heldLine(line: string, use: string, consumer: string): string {
  const holder = consumer === '' ? 'the kernel, which does not say for what' : `"${consumer}"`;
  return `the GPIO line ${line} (for ${use}) is held by ${holder}: end that program, or remove that overlay`;
}

function allLines(chip: string | undefined): {lines: ChipLine[]} | {problem: string} {
  const chips = chipDevices();
  if (chips.length === 0) {
    return {problem: `there is no ${DEVICES}/gpiochip0: this machine has no GPIO, or no driver for it`};
  }
  try {
    return {lines: chips.flatMap((name) => linesOf(`${DEVICES}/${name}`, chip))};
  } catch (error) {
    const {code, path, message} = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') return {problem: `the GPIO chips cannot be read: ${message}`};
    return {problem: `${path} may not be opened: the user needs the group that it belongs to, often "gpio"`};
  }
}

function chipDevices(): string[] {
  return readdirSync(DEVICES).filter((name) => /^gpiochip\d+$/.test(name));
}

function linesOf(device: string, numbered: string | undefined): ChipLine[] {
  const chip = openSync(device, 'r');
  try {
    const info = emptyChipInfo();
    ioctl(chip, GET_CHIP_INFO, info);
    const {label, lines} = readChipInfo(info);
    return Array.from({length: lines}, (_, offset) => {
      const bytes = lineInfoOf(offset);
      ioctl(chip, GET_LINE_INFO, bytes);
      const line = readLineInfo(bytes);
      const name = line.name === '' && label === numbered ? `GPIO${offset}` : line.name;
      return {...line, name, device, offset};
    });
  } finally {
    closeSync(chip);
  }
}

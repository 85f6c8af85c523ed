import {exchangeRequest, readRequest} from '../linux/ioctl.ts';

/**
 * The kernel's interface to GPIO chips, version 2 (linux/gpio.h): requests, flags, and the layout of their
 * structures, in the byte order of the boards, little-endian.
 */

const GROUP = 0xb4;
const NAME_SIZE = 32;
const MOST_ATTRIBUTES = 10;
const CHIP_INFO_SIZE = 68;
const LINE_INFO_SIZE = 256;
const LINE_REQUEST_SIZE = 592;
const EVENT_SIZE = 48;
/** A line of a request is a bit of a 64-bit number. */
export const MOST_LINES = 64;

export const GET_CHIP_INFO = readRequest(GROUP, 0x01, CHIP_INFO_SIZE);
export const GET_LINE_INFO = exchangeRequest(GROUP, 0x05, LINE_INFO_SIZE);
export const GET_LINES = exchangeRequest(GROUP, 0x07, LINE_REQUEST_SIZE);
export const GET_VALUES = exchangeRequest(GROUP, 0x0e, 16);
export const SET_VALUES = exchangeRequest(GROUP, 0x0f, 16);

/** What can be asked of a line, in any combination. */
export const LineFlag = {
  used: 1 << 0,
  activeLow: 1 << 1,
  input: 1 << 2,
  output: 1 << 3,
  risingEdge: 1 << 4,
  fallingEdge: 1 << 5,
  pullUp: 1 << 8,
  pullDown: 1 << 9,
  noBias: 1 << 10,
} as const;

const ATTRIBUTE_FLAGS = 1;
const ATTRIBUTE_DEBOUNCE = 3;
const RISING = 1;

export interface LineInfo {
  /** Empty where the chip's description gives none. */
  readonly name: string;
  readonly used: boolean;
  /** Who holds it, as it calls itself; may be empty. */
  readonly consumer: string;
}

/** One line of a request. */
export interface RequestedLine {
  readonly offset: number;
  readonly flags: number;
  /** In microseconds; 0 for none. */
  readonly debounce: number;
}

/** A change of an input. */
export interface LineEvent {
  /** Monotonic time of the kernel (CLOCK_MONOTONIC) in ns. */
  readonly timestamp: bigint;
  readonly active: boolean;
  readonly offset: number;
  /** Counts the events of the request from 1; a gap means that some were lost. */
  readonly sequence: number;
}

/**
 *     0  name[32]   32  label[32]   64  number of lines
 */
export function emptyChipInfo(): Buffer {
  return Buffer.alloc(CHIP_INFO_SIZE);
}

export function readChipInfo(bytes: Buffer): {label: string; lines: number} {
  return {label: readName(bytes, 32), lines: bytes.readUInt32LE(64)};
}

/**
 *     0  name[32]   32  consumer[32]   64  offset   68  number of attributes   72  flags (64 bits)   80  attributes
 */
export function lineInfoOf(offset: number): Buffer {
  const bytes = Buffer.alloc(LINE_INFO_SIZE);
  bytes.writeUInt32LE(offset, 64);
  return bytes;
}

export function readLineInfo(bytes: Buffer): LineInfo {
  const used = (bytes.readUInt32LE(72) & LineFlag.used) !== 0;
  return {name: readName(bytes, 0), consumer: readName(bytes, NAME_SIZE), used};
}

/**
 *     0    offsets[64], 32 bits each
 *     256  consumer[32]
 *     288  flags (64 bits) of the lines that no attribute gives others
 *     296  number of attributes, and 20 bytes of nothing
 *     320  attributes[10]: kind (32 bits), nothing (32), value (64), and the lines it is for (64: a bit for each)
 *     560  number of lines
 *     564  room for events
 *     588  descriptor: the kernel's answer
 */
export function lineRequest(consumer: string, lines: readonly RequestedLine[], eventRoom: number): Buffer {
  if (lines.length > MOST_LINES) throw new RangeError(`a request has at most ${MOST_LINES} lines`);
  const bytes = Buffer.alloc(LINE_REQUEST_SIZE);
  for (const [index, {offset}] of lines.entries()) bytes.writeUInt32LE(offset, 4 * index);
  bytes.write(consumer.slice(0, NAME_SIZE - 1), 256, 'latin1');
  const attributes = [
    ...groups(lines, ({flags}) => flags).map((group) => ({kind: ATTRIBUTE_FLAGS, ...group})),
    ...groups(lines, ({debounce}) => debounce)
      .filter(({value}) => value > 0)
      .map((group) => ({kind: ATTRIBUTE_DEBOUNCE, ...group})),
  ];
  if (attributes.length > MOST_ATTRIBUTES) {
    throw new RangeError(`a request has at most ${MOST_ATTRIBUTES} different settings`);
  }
  bytes.writeUInt32LE(attributes.length, 296);
  for (const [index, {kind, value, mask}] of attributes.entries()) {
    const start = 320 + 24 * index;
    bytes.writeUInt32LE(kind, start);
    bytes.writeBigUInt64LE(BigInt(value), start + 8);
    bytes.writeBigUInt64LE(mask, start + 16);
  }
  bytes.writeUInt32LE(lines.length, 560);
  bytes.writeUInt32LE(eventRoom, 564);
  return bytes;
}

export function readDescriptor(request: Buffer): number {
  return request.readInt32LE(588);
}

/** Values of the lines of a request, a bit for each, and which of them are meant. */
export function lineValues(values: bigint, mask: bigint): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(values, 0);
  bytes.writeBigUInt64LE(mask, 8);
  return bytes;
}

/** Room for `count` events. */
export function roomForEvents(count: number): Buffer {
  return Buffer.alloc(EVENT_SIZE * count);
}

/**
 * Each event is
 *
 *     0  timestamp (64 bits)   8  kind   12  offset   16  number in the request   20  number of the line   24  nothing[24]
 */
export function readEvents(bytes: Buffer): LineEvent[] {
  return Array.from({length: Math.floor(bytes.length / EVENT_SIZE)}, (_, index) => {
    const start = EVENT_SIZE * index;
    return {
      timestamp: bytes.readBigUInt64LE(start),
      active: bytes.readUInt32LE(start + 8) === RISING,
      offset: bytes.readUInt32LE(start + 12),
      sequence: bytes.readUInt32LE(start + 16),
    };
  });
}

/** The lines that have a value in common, each as a bit. */
function groups(
  lines: readonly RequestedLine[],
  settingOf: (line: RequestedLine) => number,
): {value: number; mask: bigint}[] {
  const masks = new Map<number, bigint>();
  for (const [index, line] of lines.entries()) {
    const value = settingOf(line);
    masks.set(value, (masks.get(value) ?? 0n) | (1n << BigInt(index)));
  }
  return Array.from(masks, ([value, mask]) => ({value, mask}));
}

function readName(bytes: Buffer, start: number): string {
  const end = bytes.indexOf(0, start);
  return bytes.toString('utf8', start, end < 0 ? start + NAME_SIZE : Math.min(end, start + NAME_SIZE));
}

import {closeSync, openSync, readSync, writeSync} from 'node:fs';
import {crc32} from 'node:zlib';
import {expect, test} from 'vitest';
import {environmentCopy} from '../../tools/image/environment.ts';
import {ENVIRONMENT, partitions} from '../../tools/image/layout.ts';
import {makeBoard} from './support/board.ts';
import type {BoardMachine} from './support/board-machine.ts';

type Variables = Record<'BOOT_ORDER' | 'BOOT_A_LEFT' | 'BOOT_B_LEFT', string>;

const variables = (order: string, a: number, b: number): Variables => ({
  BOOT_ORDER: order,
  BOOT_A_LEFT: String(a),
  BOOT_B_LEFT: String(b),
});
const spoiled = (copy: Buffer): Buffer => {
  copy.fill(0xff, 20, 30);
  return copy;
};

/** What is on the card, which slot is started, and what is on the card then (where that changes). */
const cases: readonly [string, {first: Buffer; second: Buffer; starts: 'A' | 'B'; written?: Variables}][] = [
  [
    'the newer copy counts',
    {
      first: environmentCopy(6, variables('A B', 9, 0)),
      second: environmentCopy(7, variables('B A', 9, 9)),
      starts: 'B',
    },
  ],
  [
    'after number 255 comes 0',
    {
      first: environmentCopy(0, variables('B A', 9, 9)),
      second: environmentCopy(255, variables('A B', 9, 0)),
      starts: 'B',
    },
  ],
  [
    'a copy that a power cut has spoiled does not count',
    {
      first: environmentCopy(6, variables('A B', 9, 9)),
      second: spoiled(environmentCopy(7, variables('B A', 9, 9))),
      starts: 'A',
    },
  ],
  [
    'nothing can be read: slot A, and there is something to be read again',
    {
      first: spoiled(environmentCopy(6)),
      second: spoiled(environmentCopy(7)),
      starts: 'A',
      written: variables('A B', 9, 9),
    },
  ],
  [
    'a slot on trial has a try less',
    {
      first: environmentCopy(6, variables('A B', 9, 0)),
      second: environmentCopy(7, variables('B A', 9, 2)),
      starts: 'B',
      written: variables('B A', 9, 1),
    },
  ],
  [
    'after its last try the other slot is taken',
    {
      first: environmentCopy(8, variables('B A', 9, 0)),
      second: environmentCopy(7, variables('B A', 9, 1)),
      starts: 'A',
    },
  ],
  [
    'no slot is left: both are tried again',
    {
      first: environmentCopy(8, variables('B A', 0, 0)),
      second: environmentCopy(7, variables('B A', 0, 1)),
      starts: 'B',
      written: variables('B A', 2, 1),
    },
  ],
];

test.for(cases)('%s', async ([, {first, second, starts, written}], context) => {
  const {machine} = await makeBoard(context, {slotBLikeA: true});
  onCard(machine, (card) => {
    writeSync(card, first, 0, first.length, ENVIRONMENT.first);
    writeSync(card, second, 0, second.length, ENVIRONMENT.second);
  });
  await machine.start();
  const [, slot] = await machine.waitForConsole(/Starting slot (\w)[\s\S]*Starting kernel/);
  await machine.cutPower();
  expect(slot).toBe(starts);
  const [nowFirst, nowSecond] = readCopies(machine);
  if (written === undefined) {
    expect(nowFirst).toEqual(first);
    expect(nowSecond).toEqual(second);
  } else {
    const [newest] = [nowFirst!, nowSecond!].filter(isWhole).sort(newestFirst);
    expect(read(newest!)).toEqual(written);
    const before = [first, second].filter(isWhole).map((copy) => copy[4]!);
    expect(newest![4]).toBeGreaterThan(Math.max(0, ...before));
  }
});

test('a slot whose kernel is damaged is given up for the other', async (context) => {
  const {machine} = await makeBoard(context, {slotBLikeA: true});
  onCard(machine, (card) => {
    const superblock = Buffer.alloc(48);
    readSync(card, superblock, 0, superblock.length, partitions.B.start);
    const bootArea = partitions.B.start + Math.ceil(Number(superblock.readBigUInt64LE(40)) / 4096) * 4096;
    writeSync(card, Buffer.alloc(1000, 0x55), 0, 1000, bootArea + 4_000_000);
    const copy = environmentCopy(9, variables('B A', 9, 2));
    writeSync(card, copy, 0, copy.length, ENVIRONMENT.first);
  });
  await machine.start();
  await machine.waitForConsole(/Slot B cannot be started[\s\S]*Starting slot A[\s\S]*Starting kernel/);
  await machine.cutPower();
  const [newest] = readCopies(machine).sort(newestFirst);
  expect(read(newest!)).toEqual(variables('B A', 9, 0));
});

test('a slot whose kernel panics is given up for the other after its tries', async (context) => {
  const {machine} = await makeBoard(context, {slotBLikeA: true});
  // Without a first program the kernel looks for the root itself, and cannot reach it.
  await machine.writeToBoot('kernel-options.txt', 'options=rdinit=/none\n');
  onCard(machine, (card) => {
    const copy = environmentCopy(9, variables('B A', 9, 2));
    writeSync(card, copy, 0, copy.length, ENVIRONMENT.first);
  });
  await machine.start();
  const trial = 'Slot B is on trial[\\s\\S]*Starting kernel[\\s\\S]*';
  await machine.waitForConsole(new RegExp(`${trial}${trial}Starting slot A[\\s\\S]*Starting kernel`));
  await machine.cutPower();
  const [newest] = readCopies(machine).sort(newestFirst);
  expect(read(newest!)).toEqual(variables('B A', 9, 0));
});

const newestFirst = (one: Buffer, other: Buffer): number => other[4]! - one[4]!;

const isWhole = (copy: Buffer): boolean => copy.readUInt32LE(0) === crc32(copy.subarray(5));

/** The variables of a copy whose checksum is right. */
function read(copy: Buffer): Record<string, string> {
  expect(isWhole(copy)).toBe(true);
  const lines = copy.subarray(5).toString('latin1').split('\0').filter(Boolean);
  return Object.fromEntries(lines.map((line) => line.split('=') as [string, string]));
}

function readCopies(machine: BoardMachine): Buffer[] {
  return [ENVIRONMENT.first, ENVIRONMENT.second].map((place) => {
    const copy = Buffer.alloc(ENVIRONMENT.size);
    onCard(machine, (card) => readSync(card, copy, 0, copy.length, place));
    return copy;
  });
}

function onCard(machine: BoardMachine, action: (file: number) => void): void {
  const file = openSync(machine.card, 'r+');
  try {
    action(file);
  } finally {
    closeSync(file);
  }
}

import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {crc16} from '../../../hal/serial/modbus-frame.ts';
import {ModbusRelays} from '../../../hal/serial/modbus-relays.ts';
import type {SerialOptions} from '../../../hal/serial/serial-line.ts';
import {FakeClock} from '../../support/fake-clock.ts';
import {startRun} from '../../support/run-folder.ts';

type Context = Parameters<typeof startRun>[0];

/** The board at the other end: units that answer as the specification says, and may be switched off. */
class RelayBoard {
  readonly coils = new Map<string, boolean>();
  readonly silent = new Set<number>();
  /** So many of the next requests are lost on the way. */
  lost = 0;
  requests = 0;

  answer(request: Uint8Array): Uint8Array | undefined {
    this.requests += 1;
    if (this.lost > 0) {
      this.lost -= 1;
      return undefined;
    }
    const [unit, code, , coil, value] = request as Uint8Array & [number, number, number, number, number];
    if (this.silent.has(unit)) return undefined;
    const key = `${unit}/${coil}`;
    if (code === 5) {
      this.coils.set(key, value === 0xff);
      return request;
    }
    const state = [unit, 1, 1, this.coils.get(key) ? 1 : 0];
    const crc = crc16(Uint8Array.from(state));
    return Uint8Array.from([...state, crc & 0xff, crc >> 8]);
  }
}

/** Two relays of unit 1 and one of unit 2, and a station's view of them. */
async function makeRelays(context: Context, board = new RelayBoard(), inverted = false) {
  const clock = new FakeClock();
  const port = join(startRun(context).folder, 'port');
  writeFileSync(port, '');
  let options: SerialOptions | undefined;
  let closed = 0;
  const settings = [
    {name: 'front', unit: 1, coil: 0, inverted: false},
    {name: 'gate', unit: 1, coil: 1, inverted: false},
    {name: 'garage', unit: 2, coil: 0, inverted},
  ];
  const relays = new ModbusRelays(port, settings, clock, async (given) => {
    options = given;
    const write = (bytes: Uint8Array) => {
      const answer = board.answer(bytes);
      if (answer) clock.after(20, () => given.data(answer));
    };
    let answered: Uint8Array | undefined;
    const writeNow = (bytes: Uint8Array) => {
      answered = board.answer(bytes);
    };
    const readNow = () => {
      const bytes = answered ?? new Uint8Array();
      answered = undefined;
      return bytes;
    };
    const close = () => {
      closed += 1;
    };
    return {write, writeNow, readNow, close};
  });
  const faults: string[] = [];
  for (const line of relays.outputs.values()) line.onFault = () => faults.push(line.name);
  const pass = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 10) {
      clock.advance(10);
      await new Promise(setImmediate);
    }
  };
  const [front, gate, garage] = [...relays.outputs.values()];
  const lose = (reason: string) => options?.lost(reason);
  return {
    relays,
    board,
    faults,
    pass,
    lose,
    front: front!,
    gate: gate!,
    garage: garage!,
    closed: () => closed,
  };
}

test('every relay is switched off first, also one that was left on', async (context) => {
  const board = new RelayBoard();
  board.coils.set('1/1', true);
  const {pass} = await makeRelays(context, board);
  await pass(500);
  expect([...board.coils]).toEqual(
    expect.arrayContaining([
      ['1/0', false],
      ['1/1', false],
      ['2/0', false],
    ]),
  );
});

test('a relay goes on and off', async (context) => {
  const {pass, board, front} = await makeRelays(context);
  await pass(500);
  front.set(true);
  expect(front.active).toBe(true);
  await pass(50);
  expect(board.coils.get('1/0')).toBe(true);
  front.set(false);
  await pass(50);
  expect(board.coils.get('1/0')).toBe(false);
});

test('a relay that has not answered yet cannot be switched on', async (context) => {
  const {front, pass, board} = await makeRelays(context);
  expect(() => front.set(true)).toThrow('the relay front gives no answer');
  front.set(false);
  await pass(500);
  expect(board.coils.get('1/0')).toBe(false);
  front.set(true);
  await pass(50);
  expect(board.coils.get('1/0')).toBe(true);
});

test('what was asked of a silent board is told as a fault, and is not done when it answers again', async (context) => {
  const {pass, board, front, faults} = await makeRelays(context);
  await pass(500);
  board.silent.add(1);
  front.set(true);
  await pass(1_000);
  expect([front.active, faults]).toEqual([false, ['front']]);
  board.coils.set('1/0', true);
  board.silent.delete(1);
  await pass(3_000);
  expect(board.coils.get('1/0')).toBe(false);
  front.set(true);
  await pass(50);
  expect(board.coils.get('1/0')).toBe(true);
});

test('one unit that is silent does not keep another from its work', async (context) => {
  const board = new RelayBoard();
  board.silent.add(1);
  const {pass, garage} = await makeRelays(context, board);
  await pass(3_000);
  garage.set(true);
  await pass(1_000);
  expect(board.coils.get('2/0')).toBe(true);
});

test('a lost answer costs a repetition', async (context) => {
  const {pass, board, gate, faults} = await makeRelays(context);
  await pass(500);
  board.silent.add(1);
  gate.set(true);
  await pass(100);
  board.silent.delete(1);
  await pass(400);
  expect([board.coils.get('1/1'), gate.active, faults]).toEqual([true, true, []]);
});

test('a board that has lost its power meanwhile is set right', async (context) => {
  const {pass, board, front} = await makeRelays(context);
  await pass(500);
  front.set(true);
  await pass(50);
  board.coils.clear();
  await pass(12_000);
  expect(board.coils.get('1/0')).toBe(true);
});

test('without work it asks each relay every ten seconds', async (context) => {
  const {pass, board} = await makeRelays(context);
  await pass(1_000);
  board.requests = 0;
  await pass(60_000);
  expect(board.requests).toBeLessThanOrEqual(18);
});

test('a lost line lets all go', async (context) => {
  const {pass, lose, front, gate, faults} = await makeRelays(context);
  await pass(500);
  front.set(true);
  await pass(50);
  lose('it was unplugged');
  expect([front.active, gate.active, faults]).toEqual([false, false, ['front', 'gate', 'garage']]);
  expect(() => front.set(true)).toThrow('the relay front gives no answer');
});

test('closed, it has switched off what was on', async (context) => {
  const {relays, pass, board, front, closed} = await makeRelays(context);
  await pass(500);
  front.set(true);
  await pass(50);
  board.requests = 0;
  relays.close();
  relays.close();
  expect([board.coils.get('1/0'), board.requests, closed()]).toEqual([false, 1, 1]);
  front.set(true);
  await pass(1_000);
  expect(board.coils.get('1/0')).toBe(false);
});

test('what is lost on the line at the end is repeated', async (context) => {
  const {relays, pass, board, front} = await makeRelays(context);
  await pass(500);
  front.set(true);
  await pass(50);
  board.lost = 2;
  relays.close();
  expect(board.coils.get('1/0')).toBe(false);
});

test('silent units do not make another wait longer than for one answer', async (context) => {
  const board = new RelayBoard();
  board.silent.add(1);
  const {pass, garage} = await makeRelays(context, board);
  await pass(3_000);
  for (let press = 0; press < 10; press += 1) {
    garage.set(press % 2 === 0);
    await pass(350);
    expect(board.coils.get('2/0')).toBe(press % 2 === 0);
    await pass(70 * press);
  }
});

test('the coil of an inverted relay is on at rest, from the start to the end', async (context) => {
  const {relays, pass, board, garage} = await makeRelays(context, new RelayBoard(), true);
  await pass(500);
  expect([board.coils.get('2/0'), garage.active]).toEqual([true, false]);
  garage.set(true);
  await pass(50);
  expect([board.coils.get('2/0'), garage.active]).toEqual([false, true]);
  relays.close();
  expect(board.coils.get('2/0')).toBe(true);
});

import {expect, test} from 'vitest';
import {board as definition} from '../../boards/simulated.ts';
import {SimulatedBoard} from '../../hal/simulated/simulated-board.ts';
import {FakeClock} from '../support/fake-clock.ts';

function open() {
  const clock = new FakeClock();
  const board = new SimulatedBoard(definition, clock);
  const button = board.inputs.get('button-1')!;
  const changes: [boolean, number][] = [];
  button.onChange = (active, at) => changes.push([active, at]);
  return {clock, board, button, changes};
}

test('a press moves the line through the debouncing', () => {
  const {clock, board, button, changes} = open();
  board.press('button-1', 100);
  expect(button.active).toBe(false);
  clock.advance(20);
  expect(button.active).toBe(true);
  clock.advance(1000);
  expect(changes).toEqual([
    [true, 20],
    [false, 120],
  ]);
  expect(clock.pending).toBe(0);
});

test('a press shorter than the debounce time is a glitch', () => {
  const {clock, board, button, changes} = open();
  board.press('button-1', 19);
  clock.advance(1000);
  expect(changes).toEqual([]);
  expect(button.glitches).toBe(1);
});

test('a press while it is held goes on holding', () => {
  const {clock, board, changes} = open();
  board.press('button-1', 100);
  clock.advance(50);
  board.press('button-1', 100);
  clock.advance(1000);
  expect(changes).toEqual([
    [true, 20],
    [false, 170],
  ]);
});

test('a contact that bounces is one press', () => {
  const {clock, board, changes} = open();
  for (const level of [true, false, true, false, true]) {
    board.setLevel('button-1', level);
    clock.advance(3);
  }
  clock.advance(1000);
  expect(changes).toEqual([[true, 32]]);
});

test('lines move independently of each other', () => {
  const {clock, board, button} = open();
  board.press('button-2', 100);
  clock.advance(50);
  expect(board.inputs.get('button-2')!.active).toBe(true);
  expect(button.active).toBe(false);
});

test('an input that the board does not have is a mistake of the caller', () => {
  const {board} = open();
  expect(() => board.press('button-9', 100)).toThrow('the board simulated has no input button-9');
});

test('outputs are inactive when the board opens, and for good when it closes', () => {
  const {clock, board, changes} = open();
  const relay = board.outputs.get('relay-1')!;
  expect(relay.active).toBe(false);
  relay.set(true);
  expect(relay.active).toBe(true);
  board.press('button-1', 100);
  board.close();
  expect(relay.active).toBe(false);
  relay.set(true);
  expect(relay.active).toBe(false);
  clock.advance(1000);
  expect(changes).toEqual([]);
  expect(clock.pending).toBe(0);
});

test('the light ring shows whole frames only', () => {
  const {board} = open();
  const light = board.light!;
  const frame = Uint8Array.from({length: 48}, (_, index) => index);
  light.show(frame);
  frame.fill(0);
  expect(light.frame[47]).toBe(47);
  expect(() => light.show(new Uint8Array(47))).toThrow(RangeError);
});

test('a loop that is closed at rest is opened by a press, for its time', () => {
  const {clock, board} = open();
  const loop = board.inputs.get('input-1')!;
  const changes: boolean[] = [];
  loop.onChange = (active) => changes.push(active);
  expect(loop.active).toBe(true);
  board.press('input-1', 100);
  clock.advance(60);
  expect(loop.active).toBe(false);
  clock.advance(1000);
  expect(changes).toEqual([false, true]);
});

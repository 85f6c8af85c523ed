import {expect, test} from 'vitest';
import {ButtonWatch} from '../../firmware/station/button-watch.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {FakeInput} from './fakes/board.ts';
import {makeStation} from './fakes/station.ts';

function makeButton(initial = false) {
  const clock = new FakeClock();
  const input = new FakeInput('button-1');
  input.active = initial;
  const told: string[] = [];
  const watch = new ButtonWatch(input, clock, {
    pressed: () => told.push('pressed'),
    gesture: (gesture) => told.push(gesture),
    stuck: (stuck) => told.push(stuck ? 'stuck' : 'free'),
    moved() {},
  });
  /** Down, and up after so many ms. */
  const press = (milliseconds: number) => {
    input.move(true, clock.now());
    clock.advance(milliseconds);
    input.move(false, clock.now());
  };
  return {clock, input, told, watch, press};
}

test('a short press is told at once, and nothing more', () => {
  const {clock, told, press} = makeButton();
  press(100);
  clock.advance(10_000);
  expect(told).toEqual(['pressed']);
});

test('two presses in quick succession are two presses and a double one; a third begins anew', () => {
  const {clock, told, press} = makeButton();
  for (let count = 0; count < 3; count += 1) {
    press(100);
    clock.advance(200);
  }
  expect(told).toEqual(['pressed', 'pressed', 'double', 'pressed']);
});

test('presses half a second apart are two', () => {
  const {clock, told, press} = makeButton();
  press(100);
  clock.advance(500);
  press(100);
  expect(told).toEqual(['pressed', 'pressed']);
});

test('a long press is told while it is held; a minute of it is stuck, and ends with the release', () => {
  const {clock, input, told, watch} = makeButton();
  input.move(true, clock.now());
  clock.advance(2_000);
  expect(told).toEqual(['pressed', 'long']);
  clock.advance(58_000);
  expect(watch.stuck).toBe(true);
  clock.advance(3_600_000);
  input.move(false, clock.now());
  expect(watch.stuck).toBe(false);
  expect(told).toEqual(['pressed', 'long', 'stuck', 'free']);
});

test('a button that is down at the start is no press, but is told when it stays so', () => {
  const {clock, input, told} = makeButton(true);
  clock.advance(60_000);
  input.move(false, clock.now());
  expect(told).toEqual(['stuck', 'free']);
});

test('closed, it leaves no timer', () => {
  const {clock, input, watch} = makeButton();
  input.move(true, clock.now());
  watch.close();
  expect(clock.pending).toBe(0);
});

test('the station calls once for a stuck button, tells of it, and takes presses again when it is free', () => {
  const {buttons, clock, kinds, station, telephone} = makeStation();
  buttons[0].move(true, clock.now());
  clock.advance(61_000);
  expect(station.status().buttons[0]).toMatchObject({pressed: true, stuck: true});
  expect(telephone.calls).toHaveLength(2);
  buttons[0].move(false, clock.now());
  expect(kinds()).toEqual(
    expect.arrayContaining(['button-pressed', 'button-gesture', 'button-stuck', 'button-free']),
  );
  expect(kinds().filter((kind) => kind === 'button-pressed')).toHaveLength(1);
  buttons[0].move(true, clock.now());
  expect(kinds().filter((kind) => kind === 'button-pressed')).toHaveLength(2);
});

import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Light} from '../../firmware/station/light.ts';
import {brightnessAt} from '../../firmware/station/light-brightness.ts';
import {
  drawLight,
  LIGHT_STATES,
  type LightState,
  nextChange,
  WRONG_CODE_TIME,
} from '../../firmware/station/light-pattern.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {FakeRing} from './fakes/board.ts';
import {FakeLog} from './fakes/log.ts';

function frame(state: LightState, time: number, count = 16): number[] {
  const bytes = new Uint8Array(3 * count);
  drawLight(bytes, state, time);
  return [...bytes];
}

/** Brightness without colour, of all lights over 3 s: what somebody sees who cannot tell colours apart. */
function shape(state: LightState): string {
  const times = Array.from({length: 60}, (_, index) => index * 50);
  return times
    .map((time) => {
      const bytes = frame(state, time);
      return bytes
        .flatMap((_, index) => (index % 3 === 0 ? [Math.max(...bytes.slice(index, index + 3))] : []))
        .join();
    })
    .join(';');
}

test('no two states differ by colour alone', () => {
  expect(new Set(LIGHT_STATES.map(shape)).size).toBe(LIGHT_STATES.length);
});

test('patterns are as their state says: still ones never change, moving ones do', () => {
  for (const state of LIGHT_STATES) {
    const frames = new Set(Array.from({length: 60}, (_, index) => frame(state, index * 50).join()));
    if (nextChange(state, 0, 16) !== Infinity) expect(frames.size, state).toBeGreaterThan(1);
    else expect(frames.size, state).toBe(1);
  }
});

test('a blinking light wakes the processor only where it may change, and misses nothing', () => {
  const clock = new FakeClock();
  const ring = new FakeRing();
  const light = new Light({ring, brightness: {brightness: 100}, clock, log: new FakeLog()});
  light.set('account-down');
  const before = ring.frames.length;
  const seen = new Set<string>();
  for (let time = 0; time < 4_800; time += 10) {
    expect([...light.frame], `${time} ms`).toEqual(frame('account-down', time));
    seen.add(light.frame.join());
    clock.advance(10);
  }
  expect(seen.size).toBe(2);
  expect(ring.frames.length - before).toBe(24);
});

test('nothing flashes more than three times a second', () => {
  for (const state of LIGHT_STATES) {
    const lit = Array.from({length: 100}, (_, index) => Math.max(...frame(state, index * 10, 1)) > 60);
    const flashes = lit.filter((now, index) => now && lit[index - 1] === false).length;
    expect(flashes, state).toBeLessThanOrEqual(3);
  }
});

test('three blinks for a wrong code', () => {
  const lit = Array.from({length: 300}, (_, index) => frame('wrong-code', index * 10)[0]! > 0);
  expect(lit.filter((now, index) => now && !lit[index - 1])).toHaveLength(3);
  expect(WRONG_CODE_TIME).toBe(1_500);
});

test('a single light works, too: each state shows something at some time', () => {
  for (const state of LIGHT_STATES) {
    const brightest = Math.max(
      ...Array.from({length: 60}, (_, index) => Math.max(...frame(state, index * 50, 1))),
    );
    expect(brightest, state).toBeGreaterThan(20);
  }
});

test('at any time and with any number of lights a frame is whole', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...LIGHT_STATES),
      fc.double({min: 0, max: 1e9, noNaN: true}),
      fc.integer({min: 1, max: 64}),
      (state, time, count) => {
        const bytes = frame(state, time, count);
        expect(bytes).toHaveLength(3 * count);
      },
    ),
  );
});

function light(count = 16) {
  const clock = new FakeClock();
  const ring = new FakeRing(count);
  return {clock, ring, light: new Light({ring, brightness: {brightness: 100}, clock, log: new FakeLog()})};
}

test('a still state is shown once and needs no timer; a moving one 25 frames a second', () => {
  const {clock, ring, light: it} = light();
  expect(ring.frames).toHaveLength(1);
  expect(clock.pending).toBe(0);
  it.set('calling');
  ring.frames.length = 0;
  clock.advance(1_000);
  expect(ring.frames).toHaveLength(25);
  it.clear('calling');
  expect(it.state).toBe('ready');
  expect(clock.pending).toBe(0);
});

test('the most urgent of the states that hold is shown; one that ends by itself gives way', () => {
  const {clock, light: it} = light();
  it.set('talking');
  it.set('failed', 2_000);
  expect(it.state).toBe('failed');
  it.set('door-open');
  expect(it.state).toBe('door-open');
  clock.advance(1_000);
  it.clear('door-open');
  expect(it.state).toBe('failed');
  clock.advance(1_000);
  expect(it.state).toBe('talking');
});

test('a second wrong code blinks anew', () => {
  const {clock, ring, light: it} = light();
  it.set('wrong-code', WRONG_CODE_TIME);
  clock.advance(300);
  expect(ring.frames.at(-1)![0]).toBe(0);
  it.set('wrong-code', WRONG_CODE_TIME);
  expect(ring.frames.at(-1)![0]).toBe(255);
  clock.advance(WRONG_CODE_TIME);
  expect(it.state).toBe('ready');
});

test('without a light, and with one that fails, the states still hold', () => {
  const clock = new FakeClock();
  const log = new FakeLog();
  const none = new Light({ring: undefined, brightness: {brightness: 100}, clock, log});
  none.set('calling');
  expect([none.state, none.frame.length, clock.pending]).toEqual(['calling', 0, 0]);
  const ring = new FakeRing();
  ring.show = () => {
    throw new Error('SPI is gone');
  };
  const broken = new Light({ring, brightness: {brightness: 100}, clock, log});
  broken.set('calling');
  clock.advance(1_000);
  expect(broken.state).toBe('calling');
  expect(log.lines).toEqual(['The light does not work: SPI is gone']);
});

test('a timer that fires a moment early draws what it was set for, and not the same once more', () => {
  class EarlyClock extends FakeClock {
    override after(milliseconds: number, callback: () => void) {
      return super.after(milliseconds > 1 ? milliseconds - 0.4 : milliseconds, callback);
    }
  }
  const clock = new EarlyClock();
  const ring = new FakeRing();
  const it = new Light({ring, brightness: {brightness: 100}, clock, log: new FakeLog()});
  it.set('account-down');
  ring.frames.length = 0;
  clock.advance(2_400);
  expect(ring.frames).toHaveLength(12);
});

test('by day and by night it has a brightness of its own, and looks once a minute which it is', () => {
  const clock = new FakeClock(new Date(2026, 5, 1, 21, 58).getTime());
  const ring = new FakeRing();
  const brightness = {brightness: 80, night: {from: 22 * 60, to: 6 * 60, brightness: 10}};
  new Light({ring, brightness, clock, log: new FakeLog()});
  expect([ring.brightness, clock.pending]).toEqual([0.8, 1]);
  clock.advance(119_000);
  expect(ring.brightness).toBe(0.8);
  clock.advance(60_000);
  expect(ring.brightness).toBe(0.1);
  clock.advance(8 * 3_600_000);
  expect(ring.brightness).toBe(0.8);
  expect(ring.frames.length).toBeLessThan(500);
});

test('a night may lie within a day, and begins and ends to the minute', () => {
  const at = (hours: number, minutes: number, from: number, to: number) =>
    brightnessAt(
      {brightness: 100, night: {from, to, brightness: 0}},
      new Date(2026, 0, 15, hours, minutes).getTime(),
    );
  expect([at(0, 59, 60, 120), at(1, 0, 60, 120), at(1, 59, 60, 120), at(2, 0, 60, 120)]).toEqual([
    1, 0, 0, 1,
  ]);
  expect([at(23, 59, 1_320, 360), at(0, 0, 1_320, 360), at(6, 0, 1_320, 360)]).toEqual([0, 0, 1]);
});

test('without a light nothing waits for the night', () => {
  const clock = new FakeClock();
  const brightness = {brightness: 80, night: {from: 1, to: 2, brightness: 10}};
  new Light({ring: undefined, brightness, clock, log: new FakeLog()});
  expect(clock.pending).toBe(0);
});

test('a frame does not jump: from one to the next no light changes by more than two thirds', () => {
  for (const state of ['starting', 'calling', 'ringing', 'door-open'] as const) {
    for (let time = 40; time < 4_000; time += 40) {
      const before = frame(state, time - 40);
      const most = Math.max(...frame(state, time).map((level, index) => Math.abs(level - before[index]!)));
      expect(most, `${state} ${time}`).toBeLessThan(255 * 0.67);
    }
  }
});

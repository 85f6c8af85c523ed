import {beforeEach, expect, test} from 'vitest';
import {ResetButton} from '../../firmware/station/reset-button.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {makeStation} from './fakes/station.ts';

let clock: FakeClock;
let told: string[];
let button: ResetButton;

beforeEach(() => {
  clock = new FakeClock();
  told = [];
  button = new ResetButton(clock, {
    countdown: (stage) => told.push(`shows ${stage ?? 'nothing'}`),
    tick: () => told.push('tick'),
    decided: (stage) => told.push(`resets ${stage}`),
  });
});

function hold(seconds: number): string[] {
  button.moved(true);
  clock.advance(seconds * 1_000);
  button.moved(false);
  return told.filter((one) => one !== 'tick');
}

test.each([
  [0.2, []],
  [4.9, []],
  [9.9, []],
  [10, ['shows network', 'shows nothing', 'resets network']],
  [19.9, ['shows network', 'shows nothing', 'resets network']],
  [20, ['shows network', 'shows everything', 'shows nothing', 'resets everything']],
  [29.9, ['shows network', 'shows everything', 'shows nothing', 'resets everything']],
  [30, ['shows network', 'shows everything', 'shows nothing']],
  [3_600, ['shows network', 'shows everything', 'shows nothing']],
])('held for %d s: %j', (seconds, expected) => {
  expect(hold(seconds)).toEqual(expected);
  expect(clock.pending).toBe(0);
});

test('it ticks each second from the fifth to the thirtieth', () => {
  hold(60);
  expect(told.filter((one) => one === 'tick')).toHaveLength(25);
});

test('what bounces through all of it, or was up all along, does nothing', () => {
  for (let count = 0; count < 100; count += 1) {
    button.moved(true);
    clock.advance(500);
    button.moved(false);
    button.moved(false);
  }
  expect(told).toEqual([]);
});

function stationWith(options: {reset?: string; bellDown?: boolean; atPowerUp?: boolean}) {
  const stages: string[] = [];
  const made = makeStation(options.reset === undefined ? {} : {reset: options.reset}, ':memory:', undefined, {
    reset: {atPowerUp: options.atPowerUp ?? true, perform: (stage) => stages.push(stage)},
    down: options.bellDown ? [0] : [],
  });
  return {...made, stages};
}

test('the bell resets if it was down when the board was switched on, and calls nobody meanwhile', () => {
  const {stages, clock: time, buttons, telephone, station, media, kinds} = stationWith({bellDown: true});
  time.advance(12_000);
  expect(station.status().light).toBe('reset-network');
  expect(media.sounds).toContain('tick');
  buttons[0].move(false, time.now());
  expect(stages).toEqual(['network']);
  expect(kinds()).toContain('reset-requested');
  expect(telephone.calls).toEqual([]);
  buttons[0].move(true, time.now());
  time.advance(12_000);
  buttons[0].move(false, time.now());
  expect(stages).toEqual(['network']);
});

test('the bell never resets a station that was only started anew, or that runs, or that has an input for it', () => {
  for (const options of [
    {bellDown: true, atPowerUp: false},
    {bellDown: false},
    {bellDown: true, reset: 'button-2'},
  ]) {
    const {stages, clock: time, buttons} = stationWith(options);
    time.advance(12_000);
    buttons[0].move(false, time.now());
    buttons[0].move(true, time.now());
    time.advance(25_000);
    buttons[0].move(false, time.now());
    expect(stages).toEqual([]);
  }
});

test('an input of its own resets at any time', () => {
  const {stages, clock: time, buttons} = stationWith({reset: 'button-2', atPowerUp: false});
  time.advance(3_600_000);
  buttons[1].move(true, time.now());
  time.advance(21_000);
  buttons[1].move(false, time.now());
  expect(stages).toEqual(['everything']);
});

test('a reset that cannot be written down is told of, and ends nothing', () => {
  const {
    clock: time,
    buttons,
    kinds,
    station,
  } = makeStation({reset: 'button-2'}, ':memory:', undefined, {
    reset: {
      atPowerUp: false,
      perform: () => {
        throw new Error('ENOSPC: no space left on device');
      },
    },
  });
  buttons[1].move(true, time.now());
  time.advance(12_000);
  buttons[1].move(false, time.now());
  expect(kinds()).toContain('reset-failed');
  expect(kinds()).not.toContain('reset-requested');
  expect(station.status().light).toBe('failed');
});

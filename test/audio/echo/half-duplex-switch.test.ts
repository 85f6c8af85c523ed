import {expect, test} from 'vitest';
import {HalfDuplexSwitch} from '../../../firmware/audio/echo/half-duplex-switch.ts';
import {randomNumbers} from '../../support/random-numbers.ts';

/** A switch, and frames of speech of which so many dB less are left than of its echo. */
function bench() {
  const random = randomNumbers(1);
  const chosen = new HalfDuplexSwitch();
  const play = (frames: number, left: number, inaudible = false) => {
    for (let count = 0; count < frames; count++) {
      const played = 55 + 15 * random();
      chosen.add({played, echo: played + 10, left: played + 10 + left}, inaudible);
    }
  };
  return {random, chosen, play};
}

test('it begins on, and ends as soon as the canceller shows what it can', () => {
  const {chosen, play} = bench();
  play(60, 5);
  expect(chosen.on).toBe(true);
  play(19, -30);
  expect(chosen.on).toBe(true);
  play(1, -30);
  expect(chosen.on).toBe(false);
  chosen.restart();
  expect(chosen.on).toBe(true);
});

test('an echo too weak to disturb ends it whatever the canceller does', () => {
  const {chosen, play} = bench();
  play(20, 0, true);
  expect(chosen.on).toBe(false);
});

test('a canceller that goes wrong has to do so for seconds, and to be right for more than one', () => {
  const {chosen, play} = bench();
  play(300, -25);
  play(100, -10);
  expect(chosen.on).toBe(false);
  play(150, -10);
  expect(chosen.on).toBe(true);
  play(55, -30);
  expect(chosen.on).toBe(true);
  play(150, -25);
  expect(chosen.on).toBe(false);
});

test.each([-25, -10])('a pause changes nothing, where %i dB are left', (left) => {
  const {random, chosen, play} = bench();
  play(300, left);
  const before = chosen.on;
  for (let frame = 0; frame < 1000; frame++)
    chosen.add({played: 32, echo: 20, left: 40 + 3 * random()}, false);
  expect(chosen.on).toBe(before);
});

test('speech against the echo is none of the canceller’s mistakes', () => {
  const {random, chosen, play} = bench();
  play(300, -25);
  for (let frame = 0; frame < 1000; frame++) {
    const played = 55 + 15 * random();
    chosen.add({played, echo: played + 10, left: 55 + 15 * random()}, false);
  }
  expect(chosen.on).toBe(false);
});

import {expect, test} from 'vitest';
import {CaptureSilence} from '../../firmware/audio/capture-silence.ts';
import {randomNumbers} from '../support/random-numbers.ts';

const frame = 320;
const constant = (sample: number) => new Int16Array(frame).fill(sample);

test.each([
  ['zeros', 0],
  ['a constant, as of a converter without a microphone', -1234],
  ['full scale, as of an input that is stuck', 32767],
])('a microphone that gives %s is silent after five seconds, and not before', (_, sample) => {
  const silence = new CaptureSilence();
  for (let count = 0; count < 249; count++) silence.add(constant(sample));
  expect(silence.silent).toBe(false);
  silence.add(constant(sample));
  expect(silence.silent).toBe(true);
});

test('the noise of a quiet room is not silence', () => {
  const silence = new CaptureSilence();
  const random = randomNumbers(1);
  // About -84 dBFS.
  const noise = () => Int16Array.from({length: frame}, () => Math.round(8 * (random() - 0.5)));
  for (let count = 0; count < 1000; count++) silence.add(noise());
  expect(silence.silent).toBe(false);
});

test('a click now and then makes a silent microphone no better; half a second of sound does', () => {
  const silence = new CaptureSilence();
  const click = constant(0);
  click[7] = 300;
  for (let count = 0; count < 250; count++) silence.add(constant(0));
  for (let count = 0; count < 100; count++) silence.add(count % 20 === 0 ? click : constant(0));
  expect(silence.silent).toBe(true);
  for (let count = 0; count < 25; count++) silence.add(click);
  expect(silence.silent).toBe(false);
});

test('what was before a pause is forgotten', () => {
  const silence = new CaptureSilence();
  for (let count = 0; count < 200; count++) silence.add(constant(0));
  silence.restart();
  for (let count = 0; count < 100; count++) silence.add(constant(0));
  expect(silence.silent).toBe(false);
});

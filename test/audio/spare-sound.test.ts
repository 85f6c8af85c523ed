import {expect, test} from 'vitest';
import {leaveOut, SpareSound} from '../../firmware/audio/spare-sound.ts';

const frame = 320;
const speech = Int16Array.from({length: frame}, (_, index) => 5000 * Math.sin(index / 5));
const pause = new Int16Array(frame).fill(3);

test('sound is left out in a pause, a frame is never left out whole', () => {
  const spare = new SpareSound();
  for (let count = 0; count < 100; count++) expect(spare.due(400, speech)).toBe(0);
  expect(spare.due(400, pause)).toBe(240);
  // From then on nothing is said to be spare any more.
  expect(spare.due(0, pause)).toBe(160);
  expect(spare.due(0, pause)).toBe(0);
});

test('what cannot be left out before somebody speaks again is kept', () => {
  const spare = new SpareSound();
  spare.due(0, speech);
  expect(spare.due(400, pause)).toBe(240);
  expect(spare.due(0, speech)).toBe(0);
  expect(spare.due(0, pause)).toBe(0);
});

test('where no pause comes for four seconds it is left out all the same', () => {
  const spare = new SpareSound();
  const due = Array.from({length: 202}, (_, count) => spare.due(count < 201 ? 400 : 0, speech));
  expect(due.slice(0, 200).every((samples) => samples === 0)).toBe(true);
  expect(due.slice(200)).toEqual([240, 160]);
});

test('what was before fades over to what comes behind it, and nothing else changes', () => {
  const samples = Int16Array.from({length: 800}, (_, index) => 10 * index);
  expect(leaveOut(samples, 800, 300)).toBe(500);
  expect(samples.subarray(80, 500)).toEqual(Int16Array.from({length: 420}, (_, index) => 10 * (380 + index)));
  const steps = [...samples.subarray(0, 500)].map((sample, index) => sample - (samples[index - 1] ?? 0));
  expect(Math.max(...steps.map(Math.abs))).toBeLessThan(60);
});

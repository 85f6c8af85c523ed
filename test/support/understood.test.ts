import {expect, test} from 'vitest';
import {randomNumbers} from './random-numbers.ts';
import {makeSpeech} from './speech.ts';
import {understood} from './understood.ts';

const speech = makeSpeech(4, 3);

function recorded(later: number, change: (sample: number) => number = (sample) => sample) {
  const samples = new Int16Array(speech.samples.length + later + 4000);
  samples.set(speech.samples.map(change), later);
  return {rate: speech.rate, samples};
}

test('speech is understood wherever it is, softer and limited', () => {
  expect(understood(speech, recorded(0))).toBeCloseTo(1, 3);
  expect(
    understood(
      speech,
      recorded(12_345, (sample) => sample / 5),
    ),
  ).toBeGreaterThan(0.99);
  const limited = recorded(777, (sample) => Math.max(-8000, Math.min(8000, sample)));
  expect(understood(speech, limited)).toBeGreaterThan(0.8);
});

test('what is missing is not understood', () => {
  const {rate, samples} = recorded(0);
  const score = understood(speech, {rate, samples: samples.subarray(8000)});
  expect(score).toBeGreaterThan(0.5);
  expect(score).toBeLessThan(0.85);
});

test('neither what a card loses nor what it waits for matters much', () => {
  const {rate, samples} = recorded(3000);
  const torn = new Int16Array(samples.length);
  torn.set(samples.subarray(0, 12_000));
  torn.set(samples.subarray(12_400, 24_000), 12_000);
  torn.set(samples.subarray(24_000, samples.length - 300), 24_300);
  expect(understood(speech, {rate, samples: torn})).toBeGreaterThan(0.75);
});

test('a card that loses 20 ms every half a second is followed, through pauses too', () => {
  const {rate, samples} = recorded(3000);
  const torn = samples.filter((_, index) => index % 4000 >= 160);
  expect(understood(speech, {rate, samples: torn})).toBeGreaterThan(0.85);
});

test('another speech and noise are not understood', () => {
  expect(understood(speech, makeSpeech(5, 4))).toBeLessThan(0.5);
  const random = randomNumbers(1);
  const noise = Int16Array.from({length: 40_000}, () => 4000 * (random() - 0.5));
  expect(understood(speech, {rate: 8000, samples: noise})).toBeLessThan(0.5);
});

import {mkdtempSync, rmSync, truncateSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {correlate} from './correlation.ts';
import {randomNumbers} from './random-numbers.ts';
import {makeSpeech, padWithSilence} from './speech.ts';
import {readWav, writeWav} from './wav.ts';

const speech = makeSpeech(6);

function sound(samples: ArrayLike<number>) {
  return {rate: 8000, samples: Int16Array.from(samples)};
}

test('the same sound correlates fully, whatever its volume and its delay', () => {
  const quiet = speech.samples.map((sample) => Math.round(sample / 4));
  const {value, seconds, delay} = correlate(speech, sound([...new Int16Array(1234), ...quiet]));
  expect(value).toBeGreaterThan(0.9999);
  expect(seconds).toBeGreaterThan(5);
  expect(delay).toBeCloseTo(1234 / 8000, 4);
});

test('a recording that lacks parts lines up again behind each gap', () => {
  const {samples} = speech;
  const lacking = [
    ...samples.subarray(900, 12_345),
    ...samples.subarray(12_500, 30_000),
    ...samples.subarray(34_000),
  ];
  const {value, seconds, certainSeconds} = correlate(speech, sound(lacking));
  expect(value).toBeGreaterThan(0.999);
  expect(certainSeconds).toBe(seconds);
});

test('other speech does not correlate', () => {
  const {value, certainSeconds} = correlate(speech, makeSpeech(6, 2));
  expect(value).toBeLessThan(0.5);
  expect(certainSeconds).toBe(0);
});

test('nor does noise', () => {
  const random = randomNumbers(7);
  const noise = sound(Array.from({length: 6 * 8000}, () => Math.round(20_000 * (random() - 0.5))));
  const {value, seconds, certainSeconds} = correlate(speech, noise);
  expect(value).toBeLessThan(0.5);
  expect([seconds > 5, certainSeconds]).toEqual([true, 0]);
});

test('silence is no match', () => {
  expect(correlate(speech, sound(new Int16Array(16_000)))).toEqual({
    value: 0,
    seconds: 0,
    certainSeconds: 0,
    delay: 0,
  });
});

test.for([
  {
    fault: 'frames in the wrong order',
    most: 0.7,
    frame: (at: number) => (at % 320 < 160 ? at + 160 : at - 160),
  },
  {fault: 'every fifth frame twice', most: 0.95, frame: (at: number) => (at % 800 < 160 ? at + 160 : at)},
])('$fault: heard', ({most, frame}) => {
  const faulty = speech.samples.map((_, index) => speech.samples[frame(index)] ?? 0);
  expect(correlate(speech, sound(faulty)).value).toBeLessThan(most);
});

test('a lost packet in ten: heard', () => {
  const lossy = speech.samples.map((sample, index) => (index % 1600 < 160 ? 0 : sample));
  expect(correlate(speech, sound(lossy)).value).toBeLessThan(0.98);
});

test('noise 20 dB below: heard', () => {
  const noise = makeSpeech(6, 3).samples;
  const noisy = speech.samples.map((sample, index) => Math.round(sample * 0.9 + noise[index]! * 0.09));
  const {value} = correlate(speech, sound(noisy));
  expect(value).toBeGreaterThan(0.98);
  expect(value).toBeLessThan(0.9995);
});

test('made speech is the same for the same seed', () => {
  expect(makeSpeech(1, 5)).toEqual(makeSpeech(1, 5));
  expect(makeSpeech(1, 5)).not.toEqual(makeSpeech(1, 6));
});

test('WAV files are read as they were written, also where they are cut short', () => {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-wav-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  const path = join(folder, 'speech.wav');
  const padded = padWithSilence(speech, 0.5);
  expect(padded.samples.length).toBe(speech.samples.length + 4000);
  writeWav(path, padded);
  expect(readWav(path)).toEqual(padded);
  truncateSync(path, 44 + 200);
  expect(readWav(path).samples).toEqual(padded.samples.subarray(0, 100));
  expect(() => readWav('/dev/null')).toThrow('is not a WAV file');
});

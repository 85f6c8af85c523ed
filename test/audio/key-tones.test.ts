import fc from 'fast-check';
import {expect, test} from 'vitest';
import {hopSamples} from '../../firmware/audio/dual-tone.ts';
import {KeyToneDetector} from '../../firmware/audio/key-tones.ts';
import {type KeyTone, keyTones} from '../support/key-tones.ts';
import {makeSpeech} from '../support/speech.ts';

const allKeys = '0123456789*#ABCD';

function heard(sound: Int16Array): string {
  const detector = new KeyToneDetector();
  let keys = '';
  for (let start = 0; start + hopSamples <= sound.length; start += hopSamples) {
    keys += detector.hear(sound, start) ?? '';
  }
  return keys;
}

/** What is heard of each key in turn, with the tones beginning anywhere between two looks. */
function heardOfEach(tone: KeyTone): Set<string> {
  const outcomes = new Set<string>();
  for (const key of allKeys) {
    for (let shift = 0; shift < hopSamples; shift += 8) {
      const keys = heard(keyTones(key, {...tone, before: 800 + shift}).samples);
      outcomes.add(keys === key ? 'once' : keys === '' ? 'never' : keys);
    }
  }
  return outcomes;
}

test('all keys in a row, each once', () => {
  expect(heard(keyTones(allKeys).samples)).toBe(allKeys);
  expect(heard(keyTones('7', {milliseconds: 3000}).samples)).toBe('7');
});

// ITU-T Q.24, table A-1: AT&T's values where administrations differ, which are the widest for frequency and level.
test.each<[string, KeyTone]>([
  ['40 ms', {milliseconds: 40}],
  ['1.5 % and 2 Hz high', {milliseconds: 40, deviations: [0.015 + 2 / 941, 0.015 + 2 / 1633]}],
  ['1.5 % and 2 Hz low', {milliseconds: 40, deviations: [-0.015 - 2 / 941, -0.015 - 2 / 1633]}],
  ['one high, one low', {milliseconds: 40, deviations: [0.015, -0.015]}],
  ['the high tone 4 dB stronger', {milliseconds: 40, twist: 4}],
  ['the low tone 8 dB stronger', {milliseconds: 40, twist: -8}],
  ['as loud as it gets', {milliseconds: 40, level: -1, twist: 0}],
  ['-25 dBm0 for the weaker tone, and a little less', {milliseconds: 40, level: -26, twist: 4}],
  ['noise 15 dB below', {milliseconds: 40, level: -10, noise: -25, twist: 0}],
  ['interrupted for 10 ms', {milliseconds: 80, interruption: [30, 40]}],
  ['all at once', {milliseconds: 45, deviations: [-0.015, 0.015], twist: -8, noise: -32}],
])('%s: heard once', (_, tone) => {
  expect(heardOfEach(tone)).toEqual(new Set(['once']));
});

test.each<[string, KeyTone]>([
  ['23 ms', {milliseconds: 23}],
  ['the low tone 3.5 % high', {deviations: [0.035, 0]}],
  ['the low tone 3.5 % low', {deviations: [-0.035, 0]}],
  ['the high tone 3.5 % high', {deviations: [0, 0.035]}],
  ['the high tone 3.5 % low', {deviations: [0, -0.035]}],
  ['the high tone 9 dB stronger', {twist: 9}],
  ['the low tone 12 dB stronger', {twist: -12}],
  ['-40 dBm0', {level: -40}],
  ['as much noise as tone', {noise: -10}],
])('%s: not heard', (_, tone) => {
  expect(heardOfEach(tone)).toEqual(new Set(['never']));
});

test('keys with pauses of 40 ms are told apart, the same ones, too', () => {
  for (const keys of ['77', '7788', '1122334455', '14#*']) {
    expect(heard(keyTones(keys, {milliseconds: 40, pause: 40}).samples)).toBe(keys);
  }
});

test('one tone alone, and three, are no key', () => {
  const one = keyTones('5', {twist: 40});
  expect(heard(one.samples)).toBe('');
  const other = keyTones('9').samples;
  const three = keyTones('5').samples.map((sample, index) => (sample + other[index]!) >> 1);
  expect(heard(three)).toBe('');
});

test('speech is no key: five minutes of it, at three levels', () => {
  const {samples} = makeSpeech(300, 21);
  for (const gain of [0.1, 0.5, 1.6]) expect(heard(samples.map((sample) => sample * gain))).toBe('');
});

test('a key is heard after speech, and after what was lost of the sound', () => {
  const {samples} = makeSpeech(2, 22);
  expect(heard(Int16Array.of(...samples, ...keyTones('7', {before: 0}).samples))).toBe('7');
  const detector = new KeyToneDetector();
  const key = keyTones('7', {milliseconds: 200, before: 0}).samples;
  let keys = '';
  for (let start = 0; start < key.length; start += hopSamples) {
    if (start === 480) detector.skip();
    else if (start < 480 || start >= 640) keys += detector.hear(key, start) ?? '';
  }
  expect(keys).toBe('7');
});

test('no sound whatever makes it fail', () => {
  fc.assert(
    fc.property(fc.int16Array({minLength: 400, maxLength: 1600}), (sound) => {
      expect(heard(sound)).toMatch(/^[0-9*#A-D]*$/);
    }),
    {numRuns: 50},
  );
});

import {expect, test} from 'vitest';
import {AutomaticGain} from '../../firmware/audio/automatic-gain.ts';
import {makeWideSpeech} from '../support/wide-speech.ts';

const frame = 320;

/** Seconds of speech at this root mean square through the gain; what its last second has. */
function loudness(level: number, near = true): {before: number; after: number; peak: number} {
  const gain = new AutomaticGain();
  const {samples} = makeWideSpeech(12, 5);
  const square = (sound: Int16Array) => Math.sqrt(sound.reduce((sum, x) => sum + x * x, 0) / sound.length);
  const factor = level / square(samples);
  const sound = samples.map((sample) => Math.max(-32_768, Math.min(32_767, sample * factor)));
  const before = square(sound.subarray(-3 * 16_000));
  for (let at = 0; at < sound.length; at += frame) gain.process(sound.subarray(at, at + frame), near);
  const end = sound.subarray(-3 * 16_000);
  return {before, after: square(end), peak: end.reduce((most, x) => Math.max(most, Math.abs(x)), 0)};
}

test('soft speech becomes louder, loud speech softer, and both alike', () => {
  const [soft, loud] = [loudness(400), loudness(5000)];
  expect(soft.after / soft.before).toBeGreaterThan(1.5);
  expect(loud.after / loud.before).toBeLessThan(0.8);
  expect(loud.after / soft.after).toBeLessThan(0.5 * (loud.before / soft.before));
});

test('no more than 12 dB louder, and nothing is clipped', () => {
  const {before, after} = loudness(30);
  expect(after / before).toBeLessThan(4.1);
  expect(loudness(3000).peak).toBeLessThanOrEqual(32_767);
});

test('from noise and from what the loudspeaker plays nothing is learnt', () => {
  const {before, after} = loudness(400, false);
  expect(after).toBeCloseTo(before, 5);
  const gain = new AutomaticGain();
  for (let count = 0; count < 500; count++) {
    const noise = Int16Array.from({length: frame}, (_, at) => ((at * 7919 + count) % 201) - 100);
    gain.process(noise, true);
  }
  expect(gain.gain).toBe(0);
});

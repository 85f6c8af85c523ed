import {expect, test} from 'vitest';
import {AutomaticGain} from '../../firmware/audio/automatic-gain.ts';
import {EchoChain} from '../../firmware/audio/echo/echo-chain.ts';
import {randomNumbers} from '../support/random-numbers.ts';
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

test.each([0, 2, 25, 100])(
  'a background noise that comes after %i frames of nothing is not made louder',
  (nothing) => {
    for (const loudness of [30, 100, 300, 600]) {
      const random = randomNumbers(1);
      const [chain, gain] = [new EchoChain(false), new AutomaticGain()];
      const [played, cleaned] = [new Int16Array(frame), new Int16Array(frame)];
      for (let count = 0; count < nothing + 500; count++) {
        const captured = new Int16Array(frame);
        if (count >= nothing)
          for (let at = 0; at < frame; at++)
            captured[at] = (random() + random() + random() - 1.5) * 2 * loudness;
        chain.process(played, captured, cleaned);
        gain.process(cleaned, chain.near);
      }
      expect(gain.gain, `noise of ${loudness}`).toBeLessThan(3);
    }
  },
);

test('a noise that the suppressor weakens now and then is not made louder in between', () => {
  const gain = new AutomaticGain();
  const random = randomNumbers(1);
  for (let count = 0; count < 1000; count++) {
    const weakened = count % 50 < 25;
    const captured = Int16Array.from({length: frame}, () => (random() - 0.5) * (weakened ? 40 : 400));
    gain.process(captured, !weakened);
  }
  expect(gain.gain).toBe(0);
});

import fc from 'fast-check';
import {expect, test} from 'vitest';
import {judgeLoop, loopSound} from '../../firmware/audio/loop-test.ts';
import {judgeRecording} from '../../firmware/audio/recording-test.ts';
import {randomNumbers} from '../support/random-numbers.ts';

const rate = 16_000;

interface Room {
  /** ms from the loudspeaker to the microphone. */
  delay?: number;
  gain?: number;
  /** Peak of the noise, in samples. */
  noise?: number;
  /** Time in which the room's echoes fade to a third, in ms; none: only the direct sound. */
  echoes?: number;
  /** What the loudspeaker makes of a sample. */
  distort?: (sample: number) => number;
  sound?: Int16Array;
}

/** What a microphone hears of the test sound. */
function hear({delay = 74, gain = 0.5, noise = 20, echoes, distort = (one) => one, sound}: Room = {}) {
  const played = (sound ?? loopSound()).map((sample) => Math.max(-32768, Math.min(32767, distort(sample))));
  const random = randomNumbers(5);
  const path: [number, number][] = [[0, gain]];
  if (echoes !== undefined) {
    for (let count = 0; count < 60; count++) {
      const at = Math.round(random() * 3 * echoes * 16);
      path.push([at, gain * 0.4 * (random() - 0.5) * 2 * Math.exp(-at / 16 / echoes)]);
    }
  }
  const late = Math.round((delay * rate) / 1000);
  return Int16Array.from(played, (_, index) => {
    const sum = path.reduce((all, [at, part]) => all + part * (played[index - late - at] ?? 0), 0);
    return Math.max(-32768, Math.min(32767, Math.round(sum + noise * 2 * (random() - 0.5))));
  });
}

test('a loudspeaker that is heard passes, with its delay and level', () => {
  const findings = judgeLoop(hear());
  expect(findings).toMatchObject({passed: true, finding: 'passed', delayMs: 74});
  expect(findings.level).toBeCloseTo(-21.1, 0);
  expect(findings.noise).toBeLessThan(-65);
  expect(findings.distortion).toBeLessThan(1);
  expect(findings.text).toContain('74 ms after it was played');
});

test.each([0, 20, 250, 600])('a delay of %i ms is found', (delay) => {
  expect(judgeLoop(hear({delay})).delayMs).toBe(delay);
});

test('a room that echoes, and one that is loud, pass', () => {
  expect(judgeLoop(hear({echoes: 60}))).toMatchObject({passed: true, delayMs: 74});
  expect(judgeLoop(hear({noise: 600, gain: 0.8}))).toMatchObject({passed: true, delayMs: 74});
});

test.each<[string, Room, string]>([
  ['a microphone that gives zeros', {gain: 0, noise: 0}, 'silent'],
  ['a loudspeaker that is not connected', {gain: 0}, 'nothing-heard'],
  ['a loudspeaker that is lost in noise', {gain: 0.01, noise: 3000}, 'nothing-heard'],
  ['a loudspeaker that is turned down', {gain: 0.01, noise: 6}, 'too-quiet'],
  ['a microphone that is turned up', {gain: 6}, 'clipping'],
  [
    'a loudspeaker that is overdriven',
    {distort: (sample) => Math.max(-1500, Math.min(1500, 4 * sample))},
    'distorted',
  ],
  [
    'speech instead of the sound',
    {sound: new Int16Array(40_000).map((_, i) => 3000 * Math.sin(i * i))},
    'nothing-heard',
  ],
])('%s is told apart', (_, room, finding) => {
  const findings = judgeLoop(hear(room));
  expect(findings).toMatchObject({passed: false, finding});
  expect(findings.text.length).toBeGreaterThan(20);
});

test('whatever was recorded is judged', () => {
  fc.assert(
    fc.property(fc.int16Array({maxLength: 50_000, size: 'max'}), (captured) => {
      const {level, noise, delayMs} = judgeLoop(captured);
      expect([level, noise, delayMs ?? 0].every(Number.isFinite)).toBe(true);
      expect(Number.isFinite(judgeRecording({captured, cleaned: captured}).peak)).toBe(true);
    }),
    {numRuns: 20},
  );
});

test.each<[string, (index: number) => number, string]>([
  ['nothing', () => 0, 'gives no sound at all'],
  ['a quiet room', (index) => (index % 7) - 3, 'is quiet'],
  ['speech', (index) => 8000 * Math.sin(index / 5), 'Recorded and played'],
  ['somebody too loud', (index) => Math.max(-32768, Math.min(32767, 90_000 * Math.sin(index / 5))), 'clips'],
])('a recording of %s is judged by its loudness', (_, sample, words) => {
  const captured = Int16Array.from({length: 80_000}, (_, index) => Math.round(sample(index)));
  expect(judgeRecording({captured, cleaned: captured}).text).toContain(words);
});

test.each([-1234, 32_767])(
  'a dead input with an offset of %i is silent, whatever the recording begins with',
  (offset) => {
    for (const zeros of [0, 20, 640]) {
      const captured = new Int16Array(40_000).fill(offset).fill(0, 0, zeros);
      expect(judgeLoop(captured)).toMatchObject({passed: false, finding: 'silent'});
      expect(judgeRecording({captured, cleaned: captured}).text).toContain('gives no sound at all');
    }
  },
);

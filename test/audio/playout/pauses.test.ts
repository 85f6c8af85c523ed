import fc from 'fast-check';
import {expect, test} from 'vitest';
import {makeSpeech} from '../../support/speech.ts';
import {Player} from './player.ts';

const frame = 160;
/** -50 dB: root mean square of 102. */
const description = [50, 90];
const speech = makeSpeech(10).samples;
const speechAt = (position: number) => speech[position % speech.length]!;

const level = (sound: Int16Array) =>
  Math.sqrt(sound.reduce((sum, sample) => sum + sample * sample, 0) / sound.length);

/** The largest step from a sample to the next. */
function largestStep(sound: Int16Array): number {
  return sound.reduce(
    (most, sample, at) => (at > 0 ? Math.max(most, Math.abs(sample - sound[at - 1]!)) : most),
    0,
  );
}

/** Talks for `talk` frames, pauses for `pause`, talks again for as long; `late` frames after it should the rest comes. */
function playPause(
  player: Player,
  {talk = 60, pause = 100, late = 0, noise = true, marker = true, frozen = false} = {},
): void {
  for (let step = 0; step < 2 * talk + pause; step++) {
    if (step < talk) player.put(step * frame);
    if (noise && step === talk) player.putNoise(step * frame, description);
    if (step >= talk + pause + late) {
      const position = step - late;
      const begins = position === talk + pause;
      const timestamp = (frozen ? position - pause : position) * frame;
      player.put(position * frame, {timestamp, marker: marker && begins});
    }
    player.pull();
  }
}

test('a pause is heard as the noise that was described, and is no loss', () => {
  const player = new Player();
  playPause(player);
  const {heard} = player;
  // The talk is heard 60 ms after it came, and so is the pause.
  const pause = heard.subarray(64 * frame, 160 * frame);
  expect(level(pause)).toBeGreaterThan(85);
  expect(level(pause)).toBeLessThan(120);
  expect(player.buffer).toMatchObject({late: 0, concealed: 0});
});

test.each([0, 1, 3])('what follows a pause is heard from its first sample on, %d frames late', (late) => {
  const player = new Player();
  playPause(player, {late});
  const first = 160 * frame + 1;
  // But for the 2.5 ms in which the noise fades.
  expect([...player.heard].includes(first + 30)).toBe(true);
  expect(player.buffer).toMatchObject({late: 0, concealed: 0});
});

test.each([
  [10, 0],
  [25, 0],
  [15, 2],
])(
  'a description that comes %d frames after its time, with %d packets of talk, is heard all the same',
  (after, talk) => {
    const player = new Player();
    for (let step = 0; step < 160; step++) {
      if (step < 60 - talk) player.put(step * frame);
      if (step === 60 + after) {
        for (let held = 60 - talk; held < 60; held++) player.put(held * frame);
        player.putNoise(60 * frame, description);
      }
      player.pull();
    }
    const pause = player.heard.subarray((65 + after) * frame);
    expect(level(pause)).toBeGreaterThan(85);
    expect(level(pause)).toBeLessThan(120);
    expect(player.buffer.late).toBe(talk);
  },
);

test('a pause makes up for a delay that was too long', () => {
  const player = new Player();
  playPause(player, {late: 8, talk: 400});
  const {delayMs} = player.buffer;
  player.pull();
  expect(delayMs).toBeLessThan(260);
  const straight = new Player();
  for (let round = 0; round < 3; round++) playPause(straight, {talk: 400});
  expect(straight.buffer.delayMs).toBeLessThan(100);
});

test.each([
  ['with a marker', {}],
  ['without one', {marker: false}],
  ['whose clock stood still', {frozen: true}],
  ['whose clock stood still for a short pause', {frozen: true, pause: 12}],
])('a sender that just stops, and comes back %s: nothing of what it says then is lost', (_, how) => {
  const player = new Player();
  playPause(player, {noise: false, ...how});
  const pause = 'pause' in how ? how.pause : 100;
  const first = (60 + pause) * frame + 1;
  const at = player.heard.findIndex((sample) => sample === first + 30);
  expect(at).toBeGreaterThan(0);
  expect(player.heard[at + 100]).toBe(first + 130);
  expect(player.buffer.late).toBe(0);
});

test('neither the end of talk nor its new beginning clicks', () => {
  const steps = (noise: boolean) => {
    const player = new Player(speechAt);
    playPause(player, {noise});
    return largestStep(player.heard);
  };
  const natural = largestStep(speech);
  expect(steps(true)).toBeLessThanOrEqual(natural);
  expect(steps(false)).toBeLessThanOrEqual(natural);
});

test('whatever comes as descriptions, at whatever times, speech is played and sound stays bounded', () => {
  const packets = fc.array(
    fc.record({
      after: fc.nat(40),
      bytes: fc.array(fc.nat(255), {maxLength: 40}),
      offset: fc.oneof(fc.constant(0), fc.integer({min: -20_000, max: 20_000}), fc.nat(2 ** 32 - 1)),
      marker: fc.boolean(),
    }),
    {maxLength: 30},
  );
  fc.assert(
    fc.property(packets, (noises) => {
      const player = new Player((position) => 1000 + (position % 7));
      let step = 0;
      for (const {after, bytes, offset, marker} of noises) {
        for (const end = step + after; step < end; step++) {
          player.put(step * frame);
          player.pull();
        }
        player.putNoise(step * frame + offset, bytes, marker);
      }
      for (const end = step + 60; step < end; step++) {
        player.put(step * frame);
        player.pull();
      }
      expect(player.heard.every((sample) => Math.abs(sample) < 16_000)).toBe(true);
      const last = player.frames.at(-1)!;
      expect(last.every((sample) => sample >= 1000 && sample < 1007)).toBe(true);
    }),
    {numRuns: 30},
  );
});

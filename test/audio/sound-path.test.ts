import {expect, test} from 'vitest';
import {SoundPath} from '../../firmware/audio/sound-path.ts';
import {HardwareError} from '../../hal/hal.ts';
import {FakeSoundCard} from './fake-sound-card.ts';

const frame = 320;

function pathOf() {
  const cards: FakeSoundCard[] = [];
  const faults: string[] = [];
  const lost: ((text: string) => void)[] = [];
  const restored: number[] = [];
  const there = {is: true};
  const path = new SoundPath(
    (onLost) => {
      if (!there.is) throw new HardwareError('there is no card');
      lost.push(onLost);
      cards.push(new FakeSoundCard());
      return cards.at(-1)!;
    },
    (text) => faults.push(text),
    () => restored.push(cards.length),
  );
  return {path, cards, faults, lost, restored, there, card: cards[0]!};
}

/** A ramp, so that each sample tells its place. */
function ramp(from: number, count: number): number[] {
  return Array.from({length: count}, (_, index) => (from + index) % 30000);
}

test('captured sound comes without a gap, after a lead of one frame', () => {
  const {path, card} = pathOf();
  path.startCapture();
  const heard: number[] = [];
  const samples = new Int16Array(frame);
  let given = 0;
  // A card that gives a little more or less each time.
  for (let step = 0; step < 50; step++) {
    const count = frame + (step % 3) - 1;
    card.captured.push(...ramp(1 + given, count));
    given += count;
    path.capture(samples);
    heard.push(...samples);
  }
  const sound = heard.slice(heard.findIndex((sample) => sample !== 0));
  expect(sound).toEqual(ramp(1, sound.length));
  expect(sound.length).toBeGreaterThanOrEqual(47 * frame);
});

test('what was captured before is dropped', () => {
  const {path, card} = pathOf();
  card.captured.push(...ramp(1, 5000));
  path.startCapture();
  expect(card.captured).toEqual([]);
  const samples = new Int16Array(frame).fill(7);
  path.capture(samples);
  expect(samples.every((sample) => sample === 0)).toBe(true);
});

test('a card whose clock is fast adds no delay', () => {
  const {path, card} = pathOf();
  path.startCapture();
  const samples = new Int16Array(frame);
  let given = 0;
  for (let step = 0; step < 5000; step++) {
    card.captured.push(...ramp(given, frame + 1));
    given += frame + 1;
    path.capture(samples);
  }
  const behind = (given - 1 - samples[frame - 1]! + 30000) % 30000;
  expect(behind).toBeLessThanOrEqual(3 * frame);
  expect(card.captured.length).toBeLessThanOrEqual(frame);
});

test('a card that gives too little is silence until it has a lead again', () => {
  const {path, card} = pathOf();
  path.startCapture();
  const samples = new Int16Array(frame);
  card.captured.push(...ramp(1, 2 * frame));
  for (const expected of [true, true, false, false]) {
    path.capture(samples);
    expect(samples.some((sample) => sample !== 0)).toBe(expected);
  }
  card.captured.push(...ramp(1, 2 * frame));
  path.capture(samples);
  expect(samples[0]).toBe(1);
});

test('playback starts with a frame of lead and never queues more than 100 ms', () => {
  const {path, card} = pathOf();
  const samples = new Int16Array(frame).fill(9);
  path.play(samples);
  expect(card.played).toEqual([...Array(frame).fill(0), ...Array(frame).fill(9)]);
  for (let step = 0; step < 50; step++) path.play(samples);
  expect(card.queued).toBeLessThanOrEqual(1600);
  card.queued = 0;
  path.play(samples);
  expect(card.queued).toBe(2 * frame);
});

test('a card that fails is told of once; then it is silence; the next start opens it anew', () => {
  const {path, cards, faults, card} = pathOf();
  card.failure = new HardwareError('the card is gone');
  const samples = new Int16Array(frame).fill(3);
  for (let step = 0; step < 3; step++) {
    path.play(samples);
    path.capture(samples);
  }
  expect(samples.every((sample) => sample === 0)).toBe(true);
  expect(faults).toEqual(['the card is gone']);
  expect(card.closed).toBe(true);
  expect(path.playbackDelayMs()).toBe(0);
  path.start();
  path.play(samples);
  expect(cards).toHaveLength(2);
  expect(cards[1]!.played).toHaveLength(2 * frame);
});

test('a card that says it is lost is told of and opened anew at the next start', () => {
  const {path, cards, faults, lost} = pathOf();
  path.start();
  expect(cards).toHaveLength(1);
  lost[0]!('unplugged');
  path.start();
  expect(faults).toEqual(['unplugged']);
  expect(cards).toHaveLength(2);
  expect(cards[0]!.closed).toBe(true);
});

test('a card that is unplugged and plugged in again is found in the midst of a call', () => {
  const {path, cards, faults, lost, restored, there} = pathOf();
  const samples = new Int16Array(frame);
  const talk = (frames: number) => {
    for (let count = 0; count < frames; count++) {
      cards.at(-1)!.captured.push(...Array(frame).fill(7));
      path.capture(samples);
      path.play(samples);
      cards.at(-1)!.queued = Math.max(0, cards.at(-1)!.queued - frame);
    }
  };
  talk(10);
  there.is = false;
  lost[0]!('unplugged');
  talk(250);
  expect(samples.every((sample) => sample === 0)).toBe(true);
  expect([faults, restored]).toEqual([['unplugged'], []]);
  there.is = true;
  talk(110);
  expect([faults, restored]).toEqual([['unplugged'], [2]]);
  expect(samples.every((sample) => sample === 7)).toBe(true);
  expect(cards[1]!.played.length).toBeGreaterThan(frame);
});

test('a card whose clocks differ from ours: the delays stay, and no sound is lost', () => {
  const {path, card} = pathOf();
  const samples = new Int16Array(frame);
  let [captured, heard] = [0, 0];
  const delays: number[] = [];
  for (let count = 0; count < 15_000; count++) {
    // 100 ppm faster than ours.
    for (captured += frame * 1.0001; captured >= 1; captured--) card.captured.push(1000);
    path.capture(samples);
    if (count > 2 && samples[5] !== 1000) throw new Error(`frame ${count} is torn`);
    path.play(samples);
    heard += frame * 1.0001;
    const whole = Math.min(Math.floor(heard), card.queued);
    heard -= whole;
    card.queued -= whole;
    if (count % 1500 === 1400) delays.push(card.queued);
    card.played.length = 0;
  }
  expect(Math.max(...delays) - Math.min(...delays)).toBeLessThan(200);
  expect(delays.at(-1)! - delays[0]!).toBeLessThan(60);
});

test('a card that cannot be opened at first is an error of the caller', () => {
  const open = () => {
    throw new HardwareError('there is no card');
  };
  expect(
    () =>
      new SoundPath(
        open,
        () => {},
        () => {},
      ),
  ).toThrow('there is no card');
});

import {expect, test} from 'vitest';
import {SoundPath} from '../../firmware/audio/sound-path.ts';
import {HardwareError} from '../../hal/hal.ts';
import {randomNumbers} from '../support/random-numbers.ts';
import {FakeSoundCard} from './fake-sound-card.ts';

const frame = 320;

/** Samples by which resampling is late, each way. */
const resampling = 20;

const unplugged = {state: 'missing', text: 'unplugged'} as const;

function pathOf() {
  const card = new FakeSoundCard();
  return {path: new SoundPath(() => card), card};
}

/** Of a card of another rate (Hz), which was plugged in in the place of the first. */
function pathAt(rate: number) {
  const {path, card} = pathOf();
  card.captureRate = card.playbackRate = rate;
  card.fault = unplugged;
  path.refresh();
  card.fault = null;
  path.refresh();
  return {path, card};
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
  expect(samples[resampling]).toBe(1);
});

test('playback starts with a frame of lead and never queues more than 100 ms', () => {
  const {path, card} = pathOf();
  const samples = new Int16Array(frame).fill(9);
  path.play(samples);
  const lead = frame + resampling;
  expect(card.played).toEqual([...Array(lead).fill(0), ...Array(frame - resampling).fill(9)]);
  for (let step = 0; step < 50; step++) path.play(samples);
  expect(card.queued).toBeLessThanOrEqual(1600);
  card.queued = 0;
  path.play(samples);
  expect(card.queued).toBe(2 * frame);
});

test('a card that begins late to tell what is queued is given its lead once', () => {
  const {path, card} = pathOf();
  card.playbackDelay = () => 0;
  for (let step = 0; step < 20; step++) path.play(new Int16Array(frame).fill(9));
  expect(card.played.filter((sample) => sample === 0).length).toBe(frame + resampling);
  expect(card.played.length).toBe(21 * frame);
});

test('a card that is lost is silence, and is heard again after it was found', () => {
  const {path, card} = pathOf();
  const samples = new Int16Array(frame);
  const talk = (frames: number) => {
    for (let count = 0; count < frames; count++) {
      card.captured.push(...Array(frame).fill(7));
      path.capture(samples);
      path.play(samples);
      card.queued = Math.max(0, card.queued - frame);
    }
  };
  talk(10);
  card.fault = unplugged;
  talk(10);
  path.refresh();
  expect(path.state.speaker.fault).toEqual(unplugged);
  expect(path.playbackDelayMs()).toBe(0);
  talk(10);
  expect(samples.every((sample) => sample === 0)).toBe(true);
  card.fault = null;
  card.played.length = 0;
  path.refresh();
  talk(10);
  expect(path.state.speaker.fault).toBe(null);
  expect(samples.every((sample) => sample === 7)).toBe(true);
  expect(card.played.length).toBeGreaterThan(frame);
});

test('what another card has captured is counted from its first frame on, also where that is there at once', () => {
  const {path, card} = pathOf();
  const samples = new Int16Array(frame);
  const capture = (frames: number) => {
    card.captured.push(...Array(frames * frame).fill(7));
    path.capture(samples);
  };
  for (let count = 0; count < 50; count++) capture(1);
  expect(path.framesCaptured).toBe(49);
  card.fault = unplugged;
  expect(path.refresh()).toBe(true);
  card.fault = null;
  expect(path.refresh()).toBe(true);
  expect(path.refresh()).toBe(false);
  capture(3);
  expect(path.framesCaptured).toBe(1);
});

test('a card that comes back with another rate is resampled from there on', () => {
  const {path, card} = pathOf();
  card.fault = unplugged;
  path.refresh();
  card.fault = null;
  [card.captureRate, card.playbackRate] = [44_100, 48_000];
  path.refresh();
  const samples = new Int16Array(frame);
  for (let count = 0; count < 20; count++) {
    card.captured.push(...Array(882).fill(1000));
    path.capture(samples);
    path.play(samples);
    card.queued = 960;
  }
  expect(samples.every((sample) => Math.abs(sample - 1000) <= 1)).toBe(true);
  expect(card.played.slice(-900).every((sample) => Math.abs(sample - 1000) <= 1)).toBe(true);
});

test('what calls itself a card and gives samples without end stops nothing', () => {
  const {path, card} = pathOf();
  card.read = (samples) => samples.fill(5).length;
  path.startCapture();
  const samples = new Int16Array(frame);
  path.capture(samples);
  expect(samples.every((sample) => sample === 5)).toBe(true);
});

/** What a sample of a pause is, and the first frame that is said. */
const [pause, said] = [1, 1000];

/**
 * A card of equal clock, to which somebody speaks with pauses, that stops for so many frames, `stops` times, each time at a place of
 * its own, and loses what it should have captured then, or gives it late. Returns how many frames were silent, how many that were
 * said were heard in part only, and how long sound waited before the first stop and some seconds after the last, in frames.
 */
function stall(stops: number, stopped: number, late: boolean) {
  const {path, card} = pathOf();
  path.startCapture();
  const random = randomNumbers(3);
  const samples = new Int16Array(frame);
  let [time, silent, captured] = [0, 0, 0];
  /** Samples that were heard of each frame that was said. */
  const heard = new Map<number, number>();
  const step = (stands: boolean) => {
    const value = time % 100 < 20 ? pause : said + time;
    if (!stands || late) card.captured.push(...Array(frame).fill(value));
    time++;
    const held = stands ? card.captured.splice(0) : [];
    path.capture(samples);
    card.captured.unshift(...held);
    if (samples[0] === 0) silent++;
    for (const sample of samples) if (sample >= said) heard.set(sample, (heard.get(sample) ?? 0) + 1);
    const first = samples.filter((sample) => sample === samples[0]).length;
    if (samples[0]! >= said) captured = time - 1 - (samples[0]! - said) - (1 - first / frame);
    path.play(samples);
    if (!stands) card.queued = Math.max(0, card.queued - frame);
    card.played.length = 0;
  };
  const delays = () => ({captured, queued: card.queued / frame});
  for (let count = 0; count < 300; count++) step(false);
  const before = delays();
  for (let stop = 0; stop < stops; stop++) {
    for (let count = 0; count < 300 + 400 * random(); count++) step(false);
    for (let count = 0; count < stopped; count++) step(true);
  }
  for (let count = 0; count < 1000; count++) step(false);
  // Where it begins and ends some is not heard as yet. Of what was lost at a stop some may have been on its way.
  const torn = [...heard.values()]
    .slice(5, -5)
    .filter((count) => count > 0.1 * frame && count < 0.9 * frame).length;
  return {silent, torn, before, after: delays()};
}

test.each([
  ['ten times for 200 ms', 'loses', 10, 200, false],
  ['ten times for 200 ms', 'gives late', 10, 200, true],
  ['ten times for 40 ms', 'gives late', 10, 40, true],
  ['once for 40 ms', 'gives late', 1, 40, true],
  ['once for 20 ms', 'gives late', 1, 20, true],
])(
  'a card that stops %s and %s what it heard: sound goes on, delays come back',
  (_, _what, stops, time, late) => {
    const {silent, torn, before, after} = stall(stops, time / 20, late);
    // The first two frames, those of each stop, and two until the lead is there again.
    expect(silent).toBeLessThanOrEqual(2 + stops * (time / 20 + 2));
    expect(torn).toBe(0);
    expect(before).toEqual({captured: 1 + resampling / frame, queued: 1});
    // Less than 12 ms is left to the clocks.
    expect(Math.abs(after.captured - 1)).toBeLessThan(0.6);
    expect(Math.abs(after.queued - 1)).toBeLessThan(0.6);
  },
);

/** The largest bend between three samples of a sound that comes in pieces: a tone has little, where sound is torn is much. */
class Bend {
  largest = 0;
  readonly #before: number[] = [];

  add(samples: Iterable<number>): void {
    for (const sample of samples) {
      const [first, second] = this.#before;
      if (second !== undefined) this.largest = Math.max(this.largest, Math.abs(first! - 2 * second + sample));
      this.#before.push(sample);
      if (this.#before.length > 2) this.#before.shift();
    }
  }
}

test.each([16_000, 48_000])(
  'a card of %i Hz whose clocks differ from ours: the delays stay, and no sound is lost or torn',
  (rate) => {
    const {path, card} = pathAt(rate);
    /** 200 Hz; its own bend is 16_000 times the square of that of a sample in radians. */
    const tone = (index: number, at: number) =>
      Math.round(16_000 * Math.sin((2 * Math.PI * 200 * index) / at));
    const [samples, spoken] = [new Int16Array(frame), new Int16Array(frame)];
    const [heardHere, heardThere] = [new Bend(), new Bend()];
    const cardFrame = rate / 50;
    let [captured, given, heard] = [0, 0, 0];
    const delays: number[] = [];
    for (let count = 0; count < 8000; count++) {
      // 100 ppm faster than ours.
      for (captured += cardFrame * 1.0001; captured >= 1; captured--) card.captured.push(tone(given++, rate));
      path.capture(samples);
      spoken.forEach((_, index) => {
        spoken[index] = tone(count * frame + index, 16_000);
      });
      path.play(spoken);
      if (count > 2) {
        heardHere.add(samples);
        heardThere.add(card.played);
      }
      card.played.length = 0;
      heard += cardFrame * 1.0001;
      const whole = Math.min(Math.floor(heard), card.queued);
      heard -= whole;
      card.queued -= whole;
      if (count % 1500 === 1400) delays.push(card.queued);
    }
    expect(Math.max(...delays) - Math.min(...delays)).toBeLessThan(0.6 * cardFrame);
    expect(delays.at(-1)! - delays[0]!).toBeLessThan(0.2 * cardFrame);
    expect(heardHere.largest).toBeLessThan(150);
    expect(heardThere.largest).toBeLessThan(150);
  },
);

test.each([16_000, 44_100, 48_000])(
  'the delay of an echo through a card of %i Hz is told, less a frame',
  (rate) => {
    const {path, card} = pathAt(rate);
    path.startCapture();
    const [samples, click] = [new Int16Array(frame), new Int16Array(frame)];
    click[0] = 20_000;
    let passed = 0;
    let told = 0;
    const clicked = 30;
    for (let count = 0; count < 60; count++) {
      // What leaves the loudspeaker is captured at once.
      passed += rate / 50;
      for (; passed >= 1; passed--) {
        const place = card.played.length - card.queued;
        card.captured.push(card.played[place] ?? 0);
        if (card.queued > 0) card.queued--;
      }
      path.capture(samples);
      const loudest = samples.reduce((best, sample, index) => (sample > samples[best]! ? index : best), 0);
      if (samples[loudest]! > 5000) {
        const delay = (count - 1 - clicked) * frame + loudest;
        expect(Math.abs(told + frame - delay)).toBeLessThan(3);
        return;
      }
      if (count === clicked + 1) told = path.echoDelay();
      path.play(count === clicked ? click : new Int16Array(frame));
    }
    throw new Error('the click was not heard');
  },
);

test('what cannot be opened at all is an error of the caller', () => {
  const open = () => {
    throw new HardwareError('there is no such file');
  };
  expect(() => new SoundPath(open)).toThrow('there is no such file');
});

import {expect, test} from 'vitest';
import {countries, countryTones} from '../../firmware/audio/country-tones.ts';
import {mix} from '../../firmware/audio/frame.ts';
import {LevelMeter} from '../../firmware/audio/level-meter.ts';
import {SignalPlayer} from '../../firmware/audio/signal-player.ts';
import {type SoundName, soundNames} from '../../firmware/audio/sound-names.ts';

const frame = 320;

function play(name: SoundName, frames: number): Int16Array {
  const player = new SignalPlayer('eu');
  player.start(name);
  const sound = new Int16Array(frames * frame);
  for (let index = 0; index < frames; index++)
    player.pull(sound.subarray(index * frame, (index + 1) * frame));
  return sound;
}

/** Share of the sound's energy at a frequency (Goertzel): 1 is a pure tone. */
function shareAt(frequency: number, sound: Int16Array): number {
  let re = 0;
  let im = 0;
  let energy = 0;
  sound.forEach((sample, index) => {
    const phase = (2 * Math.PI * frequency * index) / 16_000;
    re += sample * Math.cos(phase);
    im += sample * Math.sin(phase);
    energy += sample * sample;
  });
  return (2 * (re * re + im * im)) / (sound.length * energy);
}

/** For each 20 ms whether there is sound. */
function rhythm(sound: Int16Array): string {
  return Array.from({length: sound.length / frame}, (_, index) =>
    sound.subarray(index * frame, (index + 1) * frame).some((sample) => sample !== 0) ? '#' : '.',
  ).join('');
}

test('ringback is 425 Hz, 1 s on and 4 s off, for ever', () => {
  const sound = play('ringback', 550);
  expect(shareAt(425, sound.subarray(0, 16_000))).toBeGreaterThan(0.99);
  expect(rhythm(sound)).toBe(`${'#'.repeat(50)}${'.'.repeat(200)}`.repeat(2) + '#'.repeat(50));
});

test('busy is 425 Hz, 480 ms on and off, four times', () => {
  const sound = play('busy', 240);
  expect(shareAt(425, sound.subarray(0, 3840))).toBeGreaterThan(0.98);
  expect(rhythm(sound)).toBe(`${'#'.repeat(24)}${'.'.repeat(24)}`.repeat(4) + '.'.repeat(48));
});

test('error is the three special information tones', () => {
  const sound = play('error', 50);
  for (const [index, frequency] of [950, 1400, 1800].entries()) {
    const part = sound.subarray(index * 5280, (index + 1) * 5280);
    expect(shareAt(frequency, part)).toBeGreaterThan(0.97);
  }
  expect(rhythm(sound).replace(/\.+$/, '')).toHaveLength(50);
});

test.each(['ready', 'press', 'talk', 'ending', 'door', 'error'] as const)(
  '%s ends by itself, in time',
  (name) => {
    const player = new SignalPlayer('eu');
    player.start(name);
    const sound = new Int16Array(frame);
    let frames = 0;
    let peak = 0;
    let last = 0;
    let step = 0;
    for (; player.playing && frames < 100; frames++) {
      player.pull(sound);
      for (const sample of sound) {
        peak = Math.max(peak, Math.abs(sample));
        step = Math.max(step, Math.abs(sample - last));
        last = sample;
      }
    }
    expect(frames).toBeLessThan(60);
    expect(peak).toBeGreaterThan(4000);
    expect(peak).toBeLessThanOrEqual(8192);
    expect(Math.abs(last)).toBeLessThan(400);
  },
);

test('congestion is 425 Hz, 240 ms on and off, for three seconds', () => {
  const sound = play('congestion', 200);
  expect(shareAt(425, sound.subarray(0, 3840))).toBeGreaterThan(0.98);
  expect(rhythm(sound)).toBe('############............'.repeat(7) + '.'.repeat(32));
});

test('a new sound takes the place of the old, stop is silence', () => {
  const player = new SignalPlayer('eu');
  const sound = new Int16Array(frame);
  player.start('ringback');
  player.start('press');
  player.pull(sound);
  player.pull(sound);
  expect(shareAt(1000, sound)).toBeGreaterThan(0.99);
  player.stop();
  player.pull(sound);
  expect(player.playing).toBe(false);
  player.pull(sound);
  expect(sound.every((sample) => sample === 0)).toBe(true);
});

/** The most that the sound moves from one sample to the next. */
function steepest(sound: Int16Array): number {
  return sound.reduce((most, sample, at) => Math.max(most, Math.abs(sample - (sound[at - 1] ?? 0))), 0);
}

test.each(soundNames)('%s does not click, wherever it is cut off by silence or by another sound', (name) => {
  // The steepest of all tones, two at -12 dBFS and up to 4.7 kHz together, moves so far when nothing cuts it.
  const most = steepest(play(name, 150)) + steepest(play('press', 6));
  for (let frames = 1; frames < 40; frames++) {
    for (const next of ['silence', 'press'] as const) {
      const player = new SignalPlayer('eu');
      const sound = new Int16Array((frames + 8) * frame);
      const pull = (from: number, to: number) => {
        for (let index = from; index < to; index++) {
          player.pull(sound.subarray(index * frame, (index + 1) * frame));
        }
      };
      player.start(name);
      pull(0, frames);
      if (next === 'silence') player.stop();
      else player.start(next);
      pull(frames, frames + 8);
      expect(steepest(sound)).toBeLessThanOrEqual(most);
      expect(player.playing).toBe(false);
    }
  }
});

test('sounds that are started and ended before anybody hears them leave nothing', () => {
  const player = new SignalPlayer('eu');
  const sound = new Int16Array(frame);
  player.start('error');
  player.stop();
  expect(player.playing).toBe(false);
  player.start('error');
  player.start('press');
  player.pull(sound);
  expect(sound).toEqual(play('press', 1));
});

test('a recording is played in place of a tone; one of ringback again and again', () => {
  const recording = Int16Array.from({length: 500}, (_, index) => index + 1);
  const player = new SignalPlayer('eu', {press: recording, ringback: recording});
  const sound = new Int16Array(frame).fill(7);
  player.start('press');
  player.pull(sound);
  expect([sound[0], sound[319], player.playing]).toEqual([1, 320, true]);
  player.pull(sound);
  expect([sound[0], sound[179], sound[180], player.playing]).toEqual([321, 500, 0, false]);
  player.start('ringback');
  player.pull(sound);
  player.pull(sound);
  expect([sound[0], sound[179], sound[180], player.playing]).toEqual([321, 500, 1, true]);
  player.start('door');
  player.stopCallSound();
  player.pull(sound);
  expect(player.playing).toBe(true);
});

test('the tones of a state end with it, a short sound may finish', () => {
  const player = new SignalPlayer('eu');
  for (const [name, goesOn] of [
    ['ringback', false],
    ['busy', false],
    ['press', true],
  ] as const) {
    player.start(name);
    player.stopCallSound();
    expect(player.playing).toBe(goesOn);
  }
});

test('the meter shows the level in dBFS, and begins anew when it was read', () => {
  const meter = new LevelMeter();
  expect(meter.take()).toBe(-96);
  meter.add(
    Int16Array.from({length: frame}, (_, index) => Math.round(32767 * Math.sin((Math.PI * index) / 8))),
  );
  expect(meter.take()).toBeCloseTo(-3, 1);
  meter.add(new Int16Array(frame).fill(-32768));
  expect(meter.take()).toBe(0);
  meter.add(new Int16Array(frame).fill(328));
  expect(meter.take()).toBeCloseTo(-40, 1);
  expect(meter.take()).toBe(-96);
});

test('mixing stays within 16 bits', () => {
  const sound = Int16Array.from({length: frame}, (_, index) => (index % 2 ? 30000 : -30000));
  mix(sound, sound.slice());
  expect([sound[0], sound[1]]).toEqual([-32768, 32767]);
});

test.each(countries)('the tones of %s: theirs alone, in their rhythm, without a click', (country) => {
  for (const name of ['ringback', 'busy', 'congestion'] as const) {
    const player = new SignalPlayer(country);
    const tone = countryTones[country][name];
    player.start(name);
    const length = tone.reduce((sum, {milliseconds}) => sum + milliseconds, 0) * 16;
    const sound = new Int16Array(Math.ceil(length / frame) * frame);
    for (let at = 0; at < sound.length; at += frame) player.pull(sound.subarray(at, at + frame));
    let start = 0;
    for (const {frequencies, milliseconds} of tone) {
      const part = sound.subarray(start, start + milliseconds * 16);
      start += milliseconds * 16;
      if (frequencies.length === 0) expect(part.every((sample) => sample === 0)).toBe(true);
      else {
        const share = frequencies.reduce((sum, frequency) => sum + shareAt(frequency, part), 0);
        expect(share).toBeGreaterThan(0.9);
      }
    }
    // A sine at 620 Hz and -12 dBFS moves by 2000 from one sample to the next.
    expect(steepest(sound)).toBeLessThan(2100);
  }
});

import fc from 'fast-check';
import {expect, test} from 'vitest';
import {type Recording, readOwnSound, readOwnSounds} from '../../firmware/audio/own-sounds.ts';
import {correlate} from '../support/correlation.ts';

const rates = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000];

/** Two tones that rise and fall, of so many seconds. */
function chime(rate: number, seconds: number): Recording {
  const samples = Int16Array.from({length: Math.round(rate * seconds)}, (_, index) => {
    const time = index / rate;
    const envelope = Math.sin((Math.PI * time) / seconds);
    return (
      9000 * envelope * (Math.sin(2 * Math.PI * 440 * time) + Math.sin(2 * Math.PI * 1250 * time * time))
    );
  });
  return {rate, samples};
}

test.each(rates)(
  'a recording of %i Hz sounds at our rate as it did, as long, and begins where it began',
  (rate) => {
    const sound = readOwnSound('chime.wav', () => chime(rate, 1.5));
    expect(Math.abs(sound.length - 24_000)).toBeLessThanOrEqual(1);
    const {value, delay} = correlate(chime(16_000, 1.5), {rate: 16_000, samples: sound});
    // Up to 3.7 kHz, and moved by half a sample at most.
    expect(value).toBeGreaterThan(0.99);
    expect(Math.abs(delay)).toBeLessThan(0.0001);
  },
);

test('one that begins and ends in the midst of a wave does not click', () => {
  const samples = new Int16Array(4800).fill(30_000);
  const sound = readOwnSound('hum.wav', () => ({rate: 48_000, samples}));
  expect([sound[0], sound.at(-1)]).toEqual([0, 0]);
  // It rises in 80 samples.
  const steepest = sound.reduce(
    (most, sample, at) => Math.max(most, Math.abs(sample - (sound[at - 1] ?? 0))),
    0,
  );
  expect(steepest).toBeLessThan(1000);
  expect(sound[800]).toBe(30_000);
});

test.each([
  ['empty', {rate: 16_000, samples: new Int16Array(0)}, 'a.wav has no sound in it'],
  ['too long', {rate: 8000, samples: new Int16Array(8000 * 31)}, 'a.wav lasts 31.0 s; allowed are 30 s'],
  [
    'of an odd rate',
    {rate: 44_101, samples: new Int16Array(9)},
    /^a.wav has 44101 samples a second; allowed are 8000, /,
  ],
])('a recording that is %s is refused by its name', (_name, recording, message) => {
  expect(() => readOwnSound('a.wav', () => recording)).toThrow(message);
});

test('whatever the recording: as long as it was, and as loud at most', () => {
  const recording = fc.record({
    rate: fc.constantFrom(...rates),
    samples: fc.int16Array({minLength: 1, maxLength: 3000}),
  });
  fc.assert(
    fc.property(recording, ({rate, samples}) => {
      const sound = readOwnSound('a.wav', () => ({rate, samples: samples.slice()}));
      expect(sound).toHaveLength(Math.round((samples.length * 16_000) / rate));
    }),
    {numRuns: 50},
  );
});

test('what cannot be read is told of, and the others are there', () => {
  const faults: string[] = [];
  const read = (path: string) => {
    if (path === 'none.wav') throw new Error('none.wav: there is no such file');
    return chime(16_000, 0.1);
  };
  const sounds = readOwnSounds({press: 'ding.wav', door: 'none.wav', busy: undefined}, read, (text) =>
    faults.push(text),
  );
  expect(Object.keys(sounds)).toEqual(['press']);
  expect(faults).toEqual(['the sound "door": none.wav: there is no such file']);
});

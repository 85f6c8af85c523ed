import {randomNumbers} from './random-numbers.ts';
import type {Sound} from './wav.ts';

const RATE = 8000;
/** The largest sample that is made: some room is left to the codecs. */
const PEAK = 20_000;

/**
 * Speech-like sound at 8 kHz that needs no other program: syllables with a gliding pitch and two formants,
 * hissing consonants between them, and pauses. No part of it is like another, so that every window of it is
 * found in one place only. The same seed makes the same sound.
 */
export function makeSpeech(seconds: number, seed = 1): Sound {
  const random = randomNumbers(seed);
  const sound = new Float64Array(Math.round(seconds * RATE));
  for (let at = 0; at < sound.length; ) {
    const length = Math.round(RATE * (0.12 + 0.15 * random()));
    const hiss = Math.round(length * 0.3 * random());
    const syllable = sound.subarray(at, at + length);
    voice(syllable, hiss, random);
    formant(syllable, 300 + 500 * random(), 90);
    formant(syllable, 900 + 1500 * random(), 140);
    fade(syllable);
    at += length;
    if (random() < 0.15) at += Math.round(RATE * (0.1 + 0.2 * random()));
  }
  const highest = sound.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-9);
  return {rate: RATE, samples: Int16Array.from(sound, (x) => Math.round((x / highest) * PEAK))};
}

/** The same sound with `seconds` of silence after it. */
export function padWithSilence({rate, samples}: Sound, seconds: number): Sound {
  const padded = new Int16Array(samples.length + Math.round(seconds * rate));
  padded.set(samples);
  return {rate, samples: padded};
}

/** A noise of the vocal cords' pulses, after `hiss` samples of breath. */
function voice(syllable: Float64Array, hiss: number, random: () => number): void {
  let pitch = 95 + 90 * random();
  const glide = 1 + (random() - 0.5) / 2000;
  let phase = 0;
  for (let index = 0; index < syllable.length; index += 1) {
    pitch *= glide;
    phase += pitch / RATE;
    const breath = (random() - 0.5) * (index < hiss ? 0.6 : 0.1);
    const pulse = index < hiss || phase < 1 ? 0 : 1;
    phase %= 1;
    syllable[index] = breath + pulse;
  }
}

/** A resonance at `frequency` Hz, `width` Hz wide: a filter with two poles. */
function formant(sound: Float64Array, frequency: number, width: number): void {
  const radius = Math.exp((-Math.PI * width) / RATE);
  const b1 = 2 * radius * Math.cos((2 * Math.PI * frequency) / RATE);
  const b2 = -radius * radius;
  let y1 = 0;
  let y2 = 0;
  for (let index = 0; index < sound.length; index += 1) {
    const y = sound[index]! + b1 * y1 + b2 * y2;
    y2 = y1;
    y1 = y;
    // The sound itself is kept beside the resonance, or the two of them in a row would leave nothing above.
    sound[index] = sound[index]! * 0.5 + y * 0.3;
  }
}

function fade(sound: Float64Array): void {
  const ramp = Math.min(160, Math.floor(sound.length / 2));
  for (let index = 0; index < ramp; index += 1) {
    sound[index]! *= index / ramp;
    sound[sound.length - 1 - index]! *= index / ramp;
  }
}

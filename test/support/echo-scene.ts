import {Resampler} from '../../firmware/audio/resampler.ts';
import {randomNumbers} from './random-numbers.ts';
import {makeSpeech} from './speech.ts';

const rate = 16_000;

export interface SceneOptions {
  readonly seconds: number;
  /** From when on the near side speaks, and until when the far side does, in seconds. */
  readonly nearFrom: number;
  readonly farUntil: number;
  /** Between what is played and its first echo. */
  readonly delayMs: number;
  /** How far the loudspeaker is driven into what it distorts: 0 is not at all, 1 some 5 % at the level of speech. */
  readonly drive: number;
  /** By how much the microphone's clock is faster, in parts of a million. */
  readonly skewPpm?: number;
  /** How much louder the echo is than the near side's speech. */
  readonly echoDb?: number;
  /** Root mean square of the noise at the microphone. */
  readonly noise?: number;
  readonly seed?: number;
}

/** A door station's sounds at 16 kHz, as long as one another: what is played, and what the microphone hears of whom. */
export interface EchoScene {
  readonly played: Int16Array;
  readonly microphone: Int16Array;
  readonly near: Int16Array;
}

const nearLevel = 1200;

/** Two people's talk through a box whose loudspeaker is next to its microphone. The same options make the same scene. */
export function makeEchoScene(options: SceneOptions): EchoScene {
  const {seconds, nearFrom, farUntil, delayMs, drive} = options;
  const {skewPpm = 0, echoDb = 10, noise = 20, seed = 1} = options;
  const length = seconds * rate;
  const played = wideSpeech(seconds, 2 * seed).map((sample, index) => (index < farUntil * rate ? sample : 0));
  const near = atLevel(
    wideSpeech(seconds, 2 * seed + 1).map((sample, index) => (index < nearFrom * rate ? 0 : sample)),
    nearLevel,
  );
  const random = randomNumbers(seed);
  const sounded = loudspeaker(played, drive);
  let echo = delayed(convolved(sounded, housing(random)), (delayMs * rate) / 1000);
  if (skewPpm !== 0) echo = skewed(echo, skewPpm * 1e-6);
  echo = atLevel(echo, nearLevel * 10 ** (echoDb / 20));
  const microphone = Float64Array.from({length}, (_, index) => {
    const hiss = (random() + random() + random() - 1.5) * 2 * noise;
    return near[index]! + echo[index]! + hiss;
  });
  return {played: rounded(played), microphone: rounded(microphone), near: rounded(near)};
}

function wideSpeech(seconds: number, seed: number): Float64Array {
  const {samples} = makeSpeech(seconds, seed);
  const wide = new Int16Array(seconds * rate);
  new Resampler(8000, rate, samples.length).process(samples, samples.length, wide);
  return atLevel(Float64Array.from(wide), 2500);
}

/** Where it sounds, at this root mean square. */
function atLevel(sound: Float64Array, level: number): Float64Array {
  let energy = 0;
  let count = 0;
  for (const sample of sound) {
    if (Math.abs(sample) < 50) continue;
    energy += sample * sample;
    count++;
  }
  const gain = count === 0 ? 1 : level / Math.sqrt(energy / count);
  return sound.map((sample) => sample * gain);
}

/** Leaves out the lowest tones, and is pressed flat by loud ones, more on one side than on the other. */
function loudspeaker(sound: Float64Array, drive: number): Float64Array {
  const full = 8000 / Math.max(drive, 1e-3);
  let low = 0;
  return sound.map((sample) => {
    low += 0.12 * (sample - low);
    const swing = (sample - low) / full;
    return full * Math.tanh(swing + 0.06 * swing * swing);
  });
}

/** How a box and what stands around it answer a click: at once, then some resonances, then reflections for 50 ms. */
function housing(random: () => number): Float64Array {
  const answer = new Float64Array(0.05 * rate);
  answer[10] = 1;
  for (const [frequency, decay, strength] of [
    [640, 0.004, 0.2],
    [1300, 0.003, 0.15],
    [2400, 0.0025, 0.12],
  ] as const) {
    for (let index = 10; index < answer.length; index++) {
      const time = (index - 10) / rate;
      answer[index]! += strength * Math.exp(-time / decay) * Math.sin(2 * Math.PI * frequency * time);
    }
  }
  for (let index = 32; index < answer.length; index++) {
    answer[index]! += 0.04 * (random() + random() - 1) * Math.exp(-index / (0.012 * rate));
  }
  return answer;
}

function convolved(sound: Float64Array, answer: Float64Array): Float64Array {
  const result = new Float64Array(sound.length);
  for (let index = 0; index < sound.length; index++) {
    const sample = sound[index]!;
    if (sample === 0) continue;
    const end = Math.min(answer.length, sound.length - index);
    for (let tap = 0; tap < end; tap++) result[index + tap]! += sample * answer[tap]!;
  }
  return result;
}

function delayed(sound: Float64Array, samples: number): Float64Array {
  const result = new Float64Array(sound.length);
  result.set(sound.subarray(0, sound.length - samples), samples);
  return result;
}

/** As a faster clock sees it: taken at other instants, from a sinc over 32 samples. */
function skewed(sound: Float64Array, skew: number): Float64Array {
  return sound.map((_, index) => {
    const place = index * (1 + skew);
    const first = Math.floor(place);
    let sum = 0;
    for (let near = first - 15; near <= first + 16; near++) {
      const x = place - near;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
      sum += (sound[near] ?? 0) * sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / 17));
    }
    return sum;
  });
}

function rounded(sound: Float64Array): Int16Array {
  return Int16Array.from(sound, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample))));
}

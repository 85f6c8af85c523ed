import {clippedPart, decibels, isSilent, power, silentText} from './captured-sound.ts';
import {Fourier} from './echo/fourier.ts';
import {sampleRate} from './frame.ts';

/** The test sound: noise is measured first, then a sweep tells the delay, then a tone the level and the distortion (s, Hz). */
const sweep = {start: 0.5, length: 0.5, from: 300, to: 3400} as const;
const tone = {start: 1.2, length: 0.5, frequency: 1000} as const;
const totalLength = 2.5;
/** -12 dBFS. */
const amplitude = 8192;
const fade = 0.01;
/** The longest delay that is looked for (s). */
const longestDelay = 0.7;

/** So many clipped samples (parts of one) count as clipping. */
const clipping = 0.002;
/** How like the sweep, at least, the place is where it is found; a room's echoes leave this much of it and more. */
const leastLikeness = 0.15;
/** By how much the tone stands above the noise, at least (dB). */
const leastDistance = 10;
/** Below this the tone is too quiet (dBFS). */
const quiet = -50;
/** From here on a tone is distorted: the part that its harmonics are of it. */
const distorted = 0.2;

/** What a loop test has found. */
export interface LoopFindings {
  readonly passed: boolean;
  readonly finding: 'passed' | 'silent' | 'nothing-heard' | 'clipping' | 'too-quiet' | 'distorted';
  /** In plain words, with what to do. */
  readonly text: string;
  /** From the loudspeaker's sample to the microphone's; null where nothing was heard. */
  readonly delayMs: number | null;
  /** Of what was heard, and of the noise before it (dBFS). */
  readonly level: number;
  readonly noise: number;
  /** How much harmonics are of the tone, in percent; null where nothing was heard. */
  readonly distortion: number | null;
}

/** The sound that a loop test plays; what the microphone captured meanwhile, sample for sample, is judged. */
export function loopSound(): Int16Array {
  const sound = new Int16Array(totalLength * sampleRate);
  const rise = Math.log(sweep.to / sweep.from);
  write(sound, sweep.start, sweep.length, (time) => {
    const turns = ((sweep.from * sweep.length) / rise) * (Math.exp((rise * time) / sweep.length) - 1);
    return Math.sin(2 * Math.PI * turns);
  });
  write(sound, tone.start, tone.length, (time) => Math.sin(2 * Math.PI * tone.frequency * time));
  return sound;
}

/** Says whether the microphone has heard the loudspeaker, and if not well, why. */
export function judgeLoop(captured: Int16Array): LoopFindings {
  const noise = decibels(power(part(captured, 0.1, sweep.start)));
  const heard = findSweep(captured);
  const start = tone.start + heard.delay;
  // Without its ends, where a room is still filling.
  const steady = part(captured, start + 0.1, start + tone.length - 0.05);
  const level = decibels(power(steady));
  const fundamental = powerAt(steady, tone.frequency);
  const background = powerAt(part(captured, 0.1, sweep.start), tone.frequency);
  const distance = 10 * Math.log10((fundamental + 1e-9) / (background + 1e-9));
  const harmonics = [2, 3, 4, 5].reduce((sum, order) => sum + powerAt(steady, order * tone.frequency), 0);
  const distortion = Math.sqrt(harmonics / (fundamental + 1e-9));
  const found = heard.likeness >= leastLikeness && distance >= leastDistance;
  const figures = {
    delayMs: found ? Math.round(1000 * heard.delay) : null,
    level: round(level),
    noise: round(noise),
    distortion: found ? round(100 * distortion) : null,
  };
  const judged = (finding: LoopFindings['finding'], text: string): LoopFindings => ({
    passed: finding === 'passed',
    finding,
    text,
    ...figures,
  });
  if (isSilent(captured)) return judged('silent', silentText);
  if (clippedPart(part(captured, sweep.start, totalLength)) > clipping) {
    return judged(
      'clipping',
      'The microphone is too loud and clips: turn its gain down, or the loudspeaker, or put them further apart.',
    );
  }
  if (!found) {
    return judged(
      'nothing-heard',
      `The microphone works (noise ${figures.noise} dB) but does not hear the loudspeaker: is that connected, its amplifier on, its volume up?`,
    );
  }
  const seen = `${figures.level} dB, ${figures.delayMs} ms after it was played, distortion ${figures.distortion} %, noise ${figures.noise} dB`;
  if (level < quiet) {
    return judged(
      'too-quiet',
      `The loudspeaker is heard, but too quietly (${seen}): turn up its volume, or the microphone's gain.`,
    );
  }
  if (distortion > distorted) {
    return judged('distorted', `The loudspeaker is heard distorted (${seen}): turn its volume down.`);
  }
  return judged('passed', `The loudspeaker is heard: ${seen}.`);
}

function write(sound: Int16Array, start: number, length: number, wave: (time: number) => number): void {
  for (let index = 0; index < length * sampleRate; index++) {
    const time = index / sampleRate;
    const edge = Math.min(1, time / fade, (length - time) / fade);
    sound[start * sampleRate + index] = Math.round(amplitude * edge * wave(time));
  }
}

/** Where the sweep is most like what was captured: by how much later (s), and how like, 0 to 1. */
function findSweep(captured: Int16Array): {delay: number; likeness: number} {
  const length = sweep.length * sampleRate;
  const first = sweep.start * sampleRate;
  const lags = longestDelay * sampleRate;
  const played = loopSound().subarray(first, first + length);
  const around = captured.subarray(first, first + length + lags);
  const products = correlate(around, played, lags);
  const ownPower = power(played) * length;
  let energy = power(around.subarray(0, length)) * length;
  let [best, likeness] = [0, 0];
  for (let lag = 0; lag < lags; lag++) {
    const here = Math.abs(products[lag]!) / Math.sqrt(ownPower * Math.max(energy, 1));
    if (here > likeness) [best, likeness] = [lag, here];
    energy += (around[lag + length] ?? 0) ** 2 - (around[lag] ?? 0) ** 2;
  }
  return {delay: best / sampleRate, likeness};
}

/** The sum of products of `played` and what lies under it in `around`, for each of so many places. */
function correlate(around: Int16Array, played: Int16Array, lags: number): Float64Array {
  const size = 2 ** Math.ceil(Math.log2(around.length + played.length));
  const fourier = new Fourier(size);
  const spectrum = (samples: Int16Array) => {
    const [real, imaginary] = [new Float64Array(size), new Float64Array(size)];
    real.set(samples);
    fourier.transform(real, imaginary);
    return {real, imaginary};
  };
  const [one, other] = [spectrum(around), spectrum(played)];
  for (let k = 0; k < size; k++) {
    const re = one.real[k]! * other.real[k]! + one.imaginary[k]! * other.imaginary[k]!;
    one.imaginary[k] = (one.imaginary[k]! * other.real[k]! - one.real[k]! * other.imaginary[k]!) / size;
    one.real[k] = re / size;
  }
  fourier.transform(one.imaginary, one.real);
  return one.real.subarray(0, lags);
}

function part(samples: Int16Array, from: number, to: number): Int16Array {
  return samples.subarray(Math.round(from * sampleRate), Math.round(to * sampleRate));
}

/** The power of one frequency in Hz (Goertzel). */
function powerAt(samples: Int16Array, frequency: number): number {
  const turn = (2 * Math.PI * frequency) / sampleRate;
  let [re, im] = [0, 0];
  samples.forEach((sample, index) => {
    re += sample * Math.cos(turn * index);
    im += sample * Math.sin(turn * index);
  });
  return (2 * (re * re + im * im)) / Math.max(samples.length, 1) ** 2;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

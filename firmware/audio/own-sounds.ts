import {sampleRate} from './frame.ts';
import type {MediaSettings} from './media-messages.ts';
import {Resampler} from './resampler.ts';
import type {OwnSounds} from './signal-player.ts';
import {type SoundName, soundNames} from './sound-names.ts';
import {rampSamples} from './sound-player.ts';

/** Longest recording, in seconds. */
const longest = 30;
/** Rates that recordings are made at, in Hz: from these the resampler's filters are short. */
const rates = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000];
/** Samples that are resampled at a time. */
const block = 4096;

/** A recording, mono. */
export interface Recording {
  /** Hz. */
  readonly rate: number;
  readonly samples: Int16Array;
}

/** Reads a file of sound. @throws Error that names the file and says what is wrong with it. */
export type ReadRecording = (path: string) => Recording;

/**
 * Reads a recording that stands in place of a tone: mono at the rate of the firmware's sound, rising and falling at its ends
 * so that it does not click. @throws Error that names the file and says what is wrong with it and what is allowed.
 */
export function readOwnSound(path: string, read: ReadRecording): Int16Array {
  const {rate, samples} = read(path);
  if (!rates.includes(rate))
    throw new Error(`${path} has ${rate} samples a second; allowed are ${rates.join(', ')}`);
  if (samples.length === 0) throw new Error(`${path} has no sound in it`);
  const seconds = samples.length / rate;
  if (seconds > longest) {
    throw new Error(`${path} lasts ${seconds.toFixed(1)} s; allowed are ${longest} s`);
  }
  const sound = atOurRate(samples, rate);
  const ramp = Math.min(rampSamples, sound.length >> 1);
  for (let index = 0; index < ramp; index++) {
    sound[index]! *= index / ramp;
    sound[sound.length - 1 - index]! *= index / ramp;
  }
  return sound;
}

/** Reads all of them; `onFault` is told of each that cannot be had, in whose place the tone stays. */
export function readOwnSounds(
  files: MediaSettings['sounds'],
  read: ReadRecording,
  onFault: (text: string) => void,
): OwnSounds {
  const sounds: Partial<Record<SoundName, Int16Array>> = {};
  for (const name of soundNames) {
    const path = files[name];
    if (path === undefined) continue;
    try {
      sounds[name] = readOwnSound(path, read);
    } catch (error) {
      onFault(`the sound "${name}": ${(error as Error).message}`);
    }
  }
  return sounds;
}

function atOurRate(samples: Int16Array, rate: number): Int16Array {
  if (rate === sampleRate) return samples.slice();
  const resampler = new Resampler(rate, sampleRate, block);
  const result = new Int16Array(Math.round((samples.length * sampleRate) / rate));
  const made = new Int16Array(Math.ceil((block * sampleRate) / rate) + 1);
  // What comes out with the first sample that goes in, lies a sample further back than the delay.
  let at = -Math.round((resampler.delay * sampleRate) / rate);
  const silence = new Int16Array(block);
  for (let start = 0; at < result.length; start += block) {
    const part = start < samples.length ? samples.subarray(start, start + block) : silence;
    const count = resampler.process(part, part.length, made);
    const skipped = Math.max(0, -at);
    const kept = made.subarray(Math.min(skipped, count), Math.min(count, result.length - at));
    if (kept.length > 0) result.set(kept, Math.max(0, at));
    at += count;
  }
  return result;
}

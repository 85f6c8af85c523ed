import {decodeMuLaw, encodeMuLaw} from '../../firmware/audio/g711.ts';
import type {Sound} from './wav.ts';

const RATE = 8000;
const LOW = [697, 770, 852, 941];
const HIGH = [1209, 1336, 1477, 1633];
const ROWS = ['123A', '456B', '789C', '*0#D'];
/** A full-scale sine has this level on a telephone line, in dBm0. */
const FULL_SCALE = 3.17;

/** How keys sound; what is not said is as a good telephone has it. */
export interface KeyTone {
  /** Level of the stronger tone, in dBm0. */
  readonly level?: number;
  /** How much weaker than the other the low tone is, in dB; below 0: the high one. */
  readonly twist?: number;
  /** How far the tones are from their frequencies, as a part of these. */
  readonly deviations?: readonly [low: number, high: number];
  /** How long each sounds, and is silent afterwards, in ms. */
  readonly milliseconds?: number;
  readonly pause?: number;
  /** Silence within the tone, in ms from its start. */
  readonly interruption?: readonly [from: number, to: number];
  /** Level of noise all over it, in dBm0. */
  readonly noise?: number;
  /** Silence before the first, in samples. */
  readonly before?: number;
}

/** Keys as tones (ITU-T Q.23), as they sound after having been PCMU; half a second of silence follows. */
export function keyTones(keys: string, tone: KeyTone = {}): Sound {
  const length = samplesOf(tone.milliseconds ?? 100);
  const step = length + samplesOf(tone.pause ?? 100);
  const before = tone.before ?? RATE / 10;
  const sound = new Float64Array(before + keys.length * step + RATE / 2);
  [...keys].forEach((key, index) => {
    addKey(sound.subarray(before + index * step).subarray(0, length), key, tone);
  });
  if (tone.noise !== undefined) addNoise(sound, amplitude(tone.noise));
  const samples = Int16Array.from(sound, (x) => Math.max(-32768, Math.min(32767, Math.round(x))));
  const encoded = new Uint8Array(samples.length);
  encodeMuLaw(samples, samples.length, encoded);
  decodeMuLaw(encoded, 0, samples.length, samples);
  return {rate: RATE, samples};
}

function addKey(sound: Float64Array, key: string, tone: KeyTone): void {
  const {level = -8, twist = 2, deviations = [0, 0], interruption: [from, to] = [0, 0]} = tone;
  const row = ROWS.findIndex((keys) => keys.includes(key));
  const low = LOW[row]! * (1 + deviations[0]);
  const high = HIGH[ROWS[row]!.indexOf(key)]! * (1 + deviations[1]);
  for (let index = 0; index < sound.length; index++) {
    if (index >= samplesOf(from) && index < samplesOf(to)) continue;
    sound[index] =
      amplitude(level - Math.max(twist, 0)) * Math.sin((2 * Math.PI * low * index) / RATE + 1) +
      amplitude(level + Math.min(twist, 0)) * Math.sin((2 * Math.PI * high * index) / RATE + 2);
  }
}

/** Noise as strong as a sine of this amplitude; always the same. */
function addNoise(sound: Float64Array, amplitude: number): void {
  let state = 1;
  for (let index = 0; index < sound.length; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    sound[index]! += amplitude * Math.sqrt(6) * (state / 2 ** 32 - 0.5);
  }
}

function amplitude(level: number): number {
  return 32768 * 10 ** ((level - FULL_SCALE) / 20);
}

function samplesOf(milliseconds: number): number {
  return Math.round((milliseconds * RATE) / 1000);
}

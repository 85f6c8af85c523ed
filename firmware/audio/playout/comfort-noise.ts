import {narrowRate} from '../frame.ts';
import type {SoundLine} from './sound-line.ts';

/** The level that descriptions are against: a square wave as loud as G.711 can make it (RFC 3389 section 3.1). */
const overload = 32_124;
/** What is louder is no background and is played no louder than this, in dB below that; 127 is the softest that can be told. */
const loudest = 30;
const softest = 127;
/** Reflection coefficients that are looked at: what comes beyond makes little of the spectrum. */
const order = 12;
/** Coefficients are held below this, or the noise would be a whistle. */
const largest = 0.98;
/** Bytes of a description that are read. */
export const longestDescription = 1 + order;
/** How much of the way to what was described last is gone in a frame. */
const following = 0.25;
/** From noise to speech it fades for so long, in seconds. */
const returnSeconds = 0.0025;

/**
 * The noise of a pause in which the sender sends nothing, made from the sender's description of it (RFC 3389): white noise
 * through an all-pole filter. The filter is a normalised lattice of the reflection coefficients themselves: each stage turns
 * what passes it forwards and backwards into each other and leaves their power as it is, so that noise is as loud as
 * was told whatever the spectrum, and while one spectrum changes to the next.
 */
export class ComfortNoise {
  /** Whether the sender pauses: all that is to be heard is noise. */
  active = false;
  readonly #described = new Float64Array(order);
  readonly #coefficients = new Float64Array(order);
  /** What of a signal goes on in its own direction, where a coefficient is what turns back: their squares add up to 1. */
  readonly #onward = new Float64Array(order).fill(1);
  /** What each stage of the lattice passes backwards. */
  readonly #backwards = new Float64Array(order + 1);
  #describedLevel = 0;
  #level = 0;
  #gain = 0;
  #random = 1;
  /** Samples at the rate of the line for each of the noise, which has 8 kHz: between them it is straight. */
  readonly #scale: number;
  readonly #rate: number;
  #phase = 0;
  /** The last sample; and the last and the next one at 8 kHz. */
  readonly #made = new Float64Array(3);

  /** `sampleRate` of the line: 8000 or 16000 Hz. */
  constructor(sampleRate: number) {
    this.#rate = sampleRate;
    this.#scale = sampleRate / narrowRate;
  }

  /** Takes a description, `count` bytes of `bytes` from `start` on, and begins a pause where there is none yet. */
  describe(bytes: Uint8Array, start: number, count: number): void {
    if (count === 0) return;
    const below = Math.min(softest, Math.max(loudest, bytes[start]! & 0x7f));
    this.#describedLevel = overload * 10 ** (-below / 20);
    for (let index = 0; index < order; index++) {
      // Section 3.2; 255 is none of its numbers.
      const number = index + 1 < count ? bytes[start + 1 + index]! : 127;
      this.#described[index] = Math.max(-largest, Math.min(largest, (258 * (number - 127)) / 32_768));
    }
    if (!this.active) this.#approach(1);
    this.active = true;
  }

  /** The pause is over. */
  end(): void {
    this.active = false;
  }

  /** Puts `count` samples of noise at the end of `line`. Returns where. */
  fill(line: SoundLine, count: number): number {
    this.#approach(following);
    const at = line.extend(count);
    for (let index = 0; index < count; index++) {
      this.#make();
      line.samples[at + index] = this.#made[0]!;
    }
    return at;
  }

  /** Sound is there again, `count` samples from `at` on: the pause ends, and its noise fades over to it. */
  return(line: SoundLine, at: number, count: number): void {
    if (!this.active) return;
    this.active = false;
    const length = Math.min(count, returnSeconds * this.#rate);
    for (let index = 0; index < length; index++) {
      const share = (index + 0.5) / length;
      this.#make();
      line.samples[at + index] = this.#made[0]! * (1 - share) + line.samples[at + index]! * share;
    }
  }

  #approach(share: number): void {
    for (let index = 0; index < order; index++) {
      this.#coefficients[index]! += share * (this.#described[index]! - this.#coefficients[index]!);
      this.#onward[index] = Math.sqrt(1 - this.#coefficients[index]! ** 2);
    }
    this.#level += share * (this.#describedLevel - this.#level);
    // Random numbers from -1 to 1 have a mean square of 1/3.
    this.#gain = this.#level * Math.sqrt(3);
  }

  /** Makes the next sample. */
  #make(): void {
    const made = this.#made;
    if (this.#phase === 0) {
      made[1] = made[2]!;
      this.#step();
    }
    const value = made[1]! + ((made[2]! - made[1]!) * this.#phase) / this.#scale;
    this.#phase = (this.#phase + 1) % this.#scale;
    made[0] = Math.max(-32_768, Math.min(32_767, Math.round(value)));
  }

  /** The next sample at 8 kHz. */
  #step(): void {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) | 0;
    let forwards = (this.#random / 2 ** 31) * this.#gain;
    const backwards = this.#backwards;
    for (let stage = order - 1; stage >= 0; stage--) {
      const coefficient = this.#coefficients[stage]!;
      const onward = this.#onward[stage]!;
      const behind = backwards[stage]!;
      backwards[stage + 1] = onward * behind + coefficient * forwards;
      forwards = onward * forwards - coefficient * behind;
    }
    backwards[0] = forwards;
    this.#made[2] = forwards;
  }
}

import {frameSamples, sampleRate} from '../frame.ts';
import {Fourier} from './fourier.ts';

/** It is looked for at a quarter of the rate. */
const decimation = 4;
/** Samples at that rate that are looked at together: one second. */
const size = 4096;
const rate = sampleRate / decimation;
/** Frames from one estimate to the next: half a second. */
const interval = 25;
/** What of the spectrum counts, in Hz: loudspeakers give little below, the filter below leaves little above. */
const band = {from: 250, to: 1700} as const;
/** The longest delay that is found, in samples at the lower rate: 400 ms. */
const longest = 0.4 * rate;
/** How much of the spectra before goes into the next estimate. */
const memory = 0.7;
/** A second that is quieter (root mean square) tells nothing: nothing is played, or a microphone that is off hears no echo. */
const quiet = {played: 50, recorded: 0.5} as const;
/** How far the highest place of the correlation must stand above the mean of all. */
const prominence = 7;

/** A low pass for the decimation: a sinc under a Hann window. */
const lowPass = Float64Array.from({length: 24}, (_, index) => {
  const x = (index - 11.5) / decimation;
  return ((Math.sin(Math.PI * x) / (Math.PI * x)) * (1 + Math.cos((Math.PI * (index - 11.5)) / 12.5))) / 8;
});

/** The last second of a sound at the lower rate. */
class History {
  readonly samples = new Float64Array(size);
  readonly #recent = new Float64Array(frameSamples + lowPass.length);

  clear(): void {
    this.samples.fill(0);
    this.#recent.fill(0);
  }

  /** Whether its root mean square lies below `level`. */
  quieterThan(level: number): boolean {
    const {samples} = this;
    let energy = 0;
    for (let index = 0; index < size; index++) energy += samples[index]! * samples[index]!;
    return energy < size * level * level;
  }

  add(frame: Int16Array): void {
    const recent = this.#recent;
    recent.copyWithin(0, frameSamples);
    for (let index = 0; index < frameSamples; index++) recent[lowPass.length + index] = frame[index]!;
    const added = frameSamples / decimation;
    this.samples.copyWithin(0, added);
    for (let index = 0; index < added; index++) {
      let sum = 0;
      for (let tap = 0; tap < lowPass.length; tap++)
        sum += lowPass[tap]! * recent[decimation * (index + 1) + tap]!;
      this.samples[size - added + index] = sum;
    }
  }
}

/**
 * Finds how much later what is played comes to the microphone, twice a second while something is played: the highest place
 * of their correlation, in which all frequencies count alike (the generalized cross-correlation with phase transform, Knapp
 * and Carter 1976).
 */
export class DelayEstimator {
  /** In samples at 16 kHz, with parts; undefined as long as none was found. */
  delay: number | undefined;
  readonly #played = new History();
  readonly #recorded = new History();
  readonly #fourier = new Fourier(size);
  readonly #real = new Float64Array(size);
  readonly #imaginary = new Float64Array(size);
  readonly #crossReal = new Float64Array(size / 2);
  readonly #crossImaginary = new Float64Array(size / 2);
  #frames = 0;
  #pending = false;

  /** Takes what was played and recorded in the same 20 ms; true when a new delay was found. */
  add(played: Int16Array, recorded: Int16Array): boolean {
    this.#played.add(played);
    this.#recorded.add(recorded);
    this.#frames++;
    // In two steps, for no frame shall take too long.
    if (this.#pending) {
      this.#pending = false;
      return this.#correlate();
    }
    if (this.#frames % interval === 0) this.#pending = this.#compare();
    return false;
  }

  /** Forgets what was found and heard. */
  reset(): void {
    this.delay = undefined;
    this.#pending = false;
    this.#played.clear();
    this.#recorded.clear();
    this.#crossReal.fill(0);
    this.#crossImaginary.fill(0);
  }

  /** The cross spectrum of the last second, with all magnitudes one; both sounds go through one transform. */
  #compare(): boolean {
    if (this.#played.quieterThan(quiet.played) || this.#recorded.quieterThan(quiet.recorded)) return false;
    this.#real.set(this.#played.samples);
    this.#imaginary.set(this.#recorded.samples);
    this.#fourier.transform(this.#real, this.#imaginary);
    const first = Math.round((band.from * size) / rate);
    const last = Math.round((band.to * size) / rate);
    for (let index = first; index <= last; index++) {
      const mirror = size - index;
      const playedReal = this.#real[index]! + this.#real[mirror]!;
      const playedImaginary = this.#imaginary[index]! - this.#imaginary[mirror]!;
      const recordedReal = this.#imaginary[index]! + this.#imaginary[mirror]!;
      const recordedImaginary = this.#real[mirror]! - this.#real[index]!;
      const real = recordedReal * playedReal + recordedImaginary * playedImaginary;
      const imaginary = recordedImaginary * playedReal - recordedReal * playedImaginary;
      const weight = (1 - memory) / (Math.sqrt(real * real + imaginary * imaginary) + 1e-9);
      this.#crossReal[index] = memory * this.#crossReal[index]! + weight * real;
      this.#crossImaginary[index] = memory * this.#crossImaginary[index]! + weight * imaginary;
    }
    return true;
  }

  #correlate(): boolean {
    this.#real.fill(0);
    this.#imaginary.fill(0);
    this.#real.set(this.#crossReal);
    this.#imaginary.set(this.#crossImaginary);
    this.#fourier.transform(this.#imaginary, this.#real);
    // Math.hypot would allocate.
    const heights = this.#real;
    let best = 1;
    let sum = 0;
    for (let lag = 0; lag <= longest; lag++) {
      heights[lag] = Math.sqrt(heights[lag]! ** 2 + this.#imaginary[lag]! ** 2);
      if (lag === 0 || lag === longest) continue;
      sum += heights[lag]!;
      if (heights[lag]! > heights[best]!) best = lag;
    }
    if (heights[best]! * longest < prominence * sum) return false;
    const before = heights[best - 1]!;
    const peak = heights[best]!;
    const after = heights[best + 1]!;
    const shift = (0.5 * (before - after)) / (before - 2 * peak + after);
    this.delay = decimation * (best + shift);
    return true;
  }
}

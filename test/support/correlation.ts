import {halved} from './at-rate.ts';
import {fft} from './fft.ts';
import type {Sound} from './wav.ts';

/** A window of the recording: long enough to be found in one place only, short enough to fit between two gaps. */
const WINDOW_SECONDS = 0.2;
/** A window that is quieter than the recording's average by more than this (20 dB) is taken for a pause. */
const PAUSE_ENERGY = 0.01;
/** From here on a window counts as found: nothing better is looked for. */
const FOUND = 0.99;
/** From here on a window is the original, with what a codec and a few lost samples take away. */
const CERTAIN = 0.9;
/** How far from the place where it is expected a window is looked for first, in samples. */
const NEAR = 4;

export interface Correlation {
  /**
   * How like the original the recording is: 1 is the same but for its volume, 0 has nothing to do with
   * it. The normalised cross-correlations of the windows, each at its own best lag, weighted by their
   * energy.
   */
  readonly value: number;
  /** Seconds of the recording that were compared: those that are not pauses. */
  readonly seconds: number;
  /** Seconds of those that are the original for certain: nothing else is as like it. */
  readonly certainSeconds: number;
  /** Where the first loud window was found: seconds by which the recording is later than the original. */
  readonly delay: number;
}

interface Window {
  readonly start: number;
  readonly samples: Int16Array;
  readonly energy: number;
  /** The place in the original that fits best. */
  at: number;
  value: number;
}

/**
 * Compares a recording with the original that was played. The recording may begin late or early, and may
 * lack parts (a recorder that drops the time in which no packet came): it is cut into windows of 0.2 s, each
 * is looked for in the whole original, and one within which a part is missing is compared in two pieces. So
 * it says how true the sound is that came; that enough came is for the caller to ask of `seconds`. Where one
 * has twice the rate of the other it is brought down to that.
 */
export function correlate(original: Sound, recording: Sound): Correlation {
  if (recording.rate === 2 * original.rate) return correlate(original, halved(recording));
  if (original.rate === 2 * recording.rate) return correlate(halved(original), recording);
  if (original.rate !== recording.rate) {
    throw new Error(`rates differ: ${original.rate} and ${recording.rate} Hz`);
  }
  const length = Math.round(recording.rate * WINDOW_SECONDS);
  const search = new Search(original.samples, length);
  const windows = loudWindows(recording.samples, length);
  let expected = 0;
  for (const window of windows) {
    let found = search.near(window.samples, window.start + expected);
    if (found.value < FOUND) found = search.everywhere(window.samples);
    window.at = found.at;
    window.value = found.value;
    if (found.value >= FOUND) expected = found.at - window.start;
  }
  windows.forEach((window, index) => {
    if (window.value >= FOUND) return;
    const before = windows[index - 1] ?? window;
    const after = windows[index + 1] ?? window;
    const spliced = search.spliced(
      window.samples,
      before.at + window.start - before.start,
      after.at + window.start - after.start,
    );
    window.value = Math.max(window.value, spliced);
  });
  const total = windows.reduce((sum, {energy}) => sum + energy, 0);
  const weighted = windows.reduce((sum, {energy, value}) => sum + energy * value, 0);
  const first = windows[0];
  return {
    value: total === 0 ? 0 : weighted / total,
    seconds: windows.length * WINDOW_SECONDS,
    certainSeconds: windows.filter(({value}) => value >= CERTAIN).length * WINDOW_SECONDS,
    delay: first === undefined ? 0 : (first.start - first.at) / recording.rate,
  };
}

function loudWindows(samples: Int16Array, length: number): Window[] {
  const windows: Window[] = [];
  for (let start = 0; start + length <= samples.length; start += length) {
    const window = samples.subarray(start, start + length);
    windows.push({start, samples: window, energy: energyOf(window), at: 0, value: 0});
  }
  const average = windows.reduce((sum, {energy}) => sum + energy, 0) / Math.max(windows.length, 1);
  return windows.filter(({energy}) => energy > 0 && energy >= average * PAUSE_ENERGY);
}

function energyOf(samples: Int16Array): number {
  return samples.reduce((sum, sample) => sum + sample * sample, 0);
}

/** Finds windows of one length in a long original. */
class Search {
  readonly #length: number;
  /** The original with a window of silence before and after, so that a window may also lie half outside. */
  readonly #padded: Float64Array;
  /** Sums of the squares of the padded original before each index, for the energy under any window. */
  readonly #squares: Float64Array;
  /** Below this the original is as good as silent: rounding errors are not to be divided by it. */
  readonly #floor: number;
  #spectrum: {re: Float64Array; im: Float64Array} | undefined;

  constructor(original: Int16Array, length: number) {
    this.#length = length;
    this.#padded = new Float64Array(original.length + 2 * length);
    this.#padded.set(original, length);
    this.#squares = new Float64Array(this.#padded.length + 1);
    this.#padded.forEach((sample, index) => {
      this.#squares[index + 1] = this.#squares[index]! + sample * sample;
    });
    this.#floor = Math.max(this.#squares.at(-1)! * 1e-6, 1);
  }

  /** The best place around sample `at` of the original. */
  near(window: Int16Array, at: number): {at: number; value: number} {
    const first = at + this.#length - NEAR;
    if (first < 0 || first + 2 * NEAR + this.#length > this.#padded.length) return {at, value: 0};
    const products = new Float64Array(2 * NEAR + 1);
    for (let offset = 0; offset < products.length; offset += 1) {
      let sum = 0;
      for (let j = 0; j < window.length; j += 1) sum += window[j]! * this.#padded[first + offset + j]!;
      products[offset] = sum;
    }
    return this.#highest(window, products, first);
  }

  /** The best place in the whole original, by FFT: all lags at once. */
  everywhere(window: Int16Array): {at: number; value: number} {
    const size = 2 ** Math.ceil(Math.log2(this.#padded.length + this.#length));
    if (this.#spectrum === undefined) {
      this.#spectrum = {re: new Float64Array(size), im: new Float64Array(size)};
      this.#spectrum.re.set(this.#padded);
      fft(this.#spectrum.re, this.#spectrum.im);
    }
    const original = this.#spectrum;
    const re = new Float64Array(size);
    const im = new Float64Array(size);
    re.set(window);
    fft(re, im);
    for (let k = 0; k < size; k += 1) {
      // The original's value times the conjugate of the window's.
      const real = original.re[k]! * re[k]! + original.im[k]! * im[k]!;
      im[k] = (original.im[k]! * re[k]! - original.re[k]! * im[k]!) / size;
      re[k] = real / size;
    }
    fft(im, re);
    return this.#highest(window, re.subarray(0, this.#padded.length - this.#length + 1), 0);
  }

  /**
   * The correlation of a window whose first part lies at `before` in the original and whose rest lies
   * at `after`, at the best cut: what a recording looks like where something is missing.
   */
  spliced(window: Int16Array, before: number, after: number): number {
    const one = this.#sums(window, before);
    const two = this.#sums(window, after);
    const norm = energyOf(window);
    let best = 0;
    for (let cut = 0; cut <= window.length; cut += 1) {
      const product = one.products[cut]! + two.products.at(-1)! - two.products[cut]!;
      const energy = one.energies[cut]! + two.energies.at(-1)! - two.energies[cut]!;
      best = Math.max(best, product / Math.sqrt(norm * Math.max(energy, this.#floor)));
    }
    return best;
  }

  /** Products with the original at `at`, and its energies, summed up to each sample of the window. */
  #sums(window: Int16Array, at: number): {products: Float64Array; energies: Float64Array} {
    const products = new Float64Array(window.length + 1);
    const energies = new Float64Array(window.length + 1);
    for (let j = 0; j < window.length; j += 1) {
      const sample = this.#padded[at + this.#length + j] ?? 0;
      products[j + 1] = products[j]! + window[j]! * sample;
      energies[j + 1] = energies[j]! + sample * sample;
    }
    return {products, energies};
  }

  /** The highest correlation of a run of neighbouring lags; `first` is the padded original's index of the first. */
  #highest(window: Int16Array, products: Float64Array, first: number): {at: number; value: number} {
    const norm = energyOf(window);
    const value = (lag: number): number => {
      const energy = this.#squares[first + lag + this.#length]! - this.#squares[first + lag]!;
      return products[lag]! / Math.sqrt(norm * Math.max(energy, this.#floor));
    };
    let best = 0;
    let highest = value(0);
    for (let lag = 1; lag < products.length; lag += 1) {
      const here = value(lag);
      if (here <= highest) continue;
      best = lag;
      highest = here;
    }
    if (best > 0 && best + 1 < products.length) highest = vertex(value(best - 1), highest, value(best + 1));
    return {at: first + best - this.#length, value: Math.min(highest, 1)};
  }
}

/** The height of the parabola through a peak and its neighbours: the true lag may lie between two samples. */
function vertex(before: number, peak: number, after: number): number {
  const curvature = before - 2 * peak + after;
  return curvature === 0 ? peak : peak - (before - after) ** 2 / (8 * curvature);
}

/** How much is let through: up to this part of the lower of both Nyquist frequencies, 0.05 dB down at most. */
const passband = 0.86;
/** Beyond this part of it nothing is left: what folds back lies above what people hear of speech. */
const stopband = 1.1;
/** How far down, in dB. */
const attenuation = 75;
/** Places between two samples that an adjustable resampler has filters for: the nearest is used, 70 dB true at 3 kHz. */
const adjustablePlaces = 1024;

/**
 * Changes the sample rate of a stream of sound: a polyphase filter, a sinc under a Kaiser window. With 8 kHz on one side the
 * sound is flat to 3.4 kHz, and images and what would fold back lie 70 dB down. Allocates nothing while it runs.
 */
export class Resampler {
  /** By how much more samples than the rates say come out, in parts of one; only where `adjustable`. */
  deviation = 0;
  /** Samples by which what comes out is later, at the rate that goes in. */
  readonly delay: number;
  readonly #taps: number;
  /** Filters for places between two samples, one after another. */
  readonly #coefficients: Float32Array;
  readonly #places: number;
  /** Places from one sample that comes out to the next. */
  readonly #step: number;
  readonly #waiting: Float32Array;
  #waitingCount: number;
  #at = 0;
  #place = 0;

  /**
   * `from` and `to` in Hz; `longest`: the most samples that are given at a time. An `adjustable` one follows clocks that
   * differ a little, by `deviation`.
   */
  constructor(from: number, to: number, longest: number, adjustable = false) {
    const divisor = greatestCommonDivisor(from, to);
    const up = to / divisor;
    this.#places = adjustable ? up * Math.ceil(adjustablePlaces / up) : up;
    this.#step = (from / divisor) * (this.#places / up);
    // In parts of the sample rate that goes in.
    const nyquist = Math.min(from, to) / from / 2;
    const width = (stopband - passband) * nyquist;
    // In fours: from 8 to 16 kHz and back a sound is late by whole samples then, and comes out as it went in.
    this.#taps = 4 * Math.ceil((attenuation - 7.95) / (2.285 * 2 * Math.PI * width) / 4);
    this.delay = this.#taps / 2;
    const cutoff = ((stopband + passband) / 2) * nyquist;
    this.#coefficients = makeFilters(this.#places, this.#taps, cutoff);
    this.#waiting = new Float32Array(this.#taps + longest);
    this.#waitingCount = this.#taps - 1;
  }

  /** Forgets all sound. */
  reset(): void {
    this.#waiting.fill(0);
    this.#waitingCount = this.#taps - 1;
    this.#at = 0;
    this.#place = 0;
  }

  /** Takes the first `count` of `samples`; returns how many it has put into `result`, which must be long enough. */
  process(samples: Int16Array, count: number, result: Int16Array): number {
    const waiting = this.#waiting;
    for (let index = 0; index < count; index++) waiting[this.#waitingCount + index] = samples[index]!;
    this.#waitingCount += count;
    const last = this.#waitingCount - this.#taps;
    const step = this.#step / (1 + this.deviation);
    let made = 0;
    // Where nothing is to be changed nothing is, but late it is: no sound is torn when that ends.
    if (step === this.#places && this.#place === 0)
      for (; this.#at <= last; this.#at++) result[made++] = waiting[this.#at + this.#taps / 2 - 1]!;
    while (this.#at <= last) {
      const value = this.#filtered(this.#at, Math.round(this.#place));
      result[made++] = value > 32767 ? 32767 : value < -32768 ? -32768 : Math.round(value);
      this.#place += step;
      const whole = Math.floor(this.#place / this.#places);
      this.#at += whole;
      this.#place -= whole * this.#places;
    }
    waiting.copyWithin(0, this.#at, this.#waitingCount);
    this.#waitingCount -= this.#at;
    this.#at = 0;
    return made;
  }

  #filtered(at: number, row: number): number {
    const coefficients = this.#coefficients;
    const waiting = this.#waiting;
    const taps = this.#taps;
    const first = row * taps;
    let even = 0;
    let odd = 0;
    for (let tap = 0; tap < taps; tap += 2) {
      even += coefficients[first + tap]! * waiting[at + tap]!;
      odd += coefficients[first + tap + 1]! * waiting[at + tap + 1]!;
    }
    return even + odd;
  }
}

/** Filters of `taps` coefficients for `places` steps from one sample to the next, the last one included. */
function makeFilters(places: number, taps: number, cutoff: number): Float32Array {
  const beta = 0.1102 * (attenuation - 8.7);
  const middle = bessel(beta);
  const filters = new Float32Array((places + 1) * taps);
  for (let row = 0; row <= places; row++) {
    const filter = filters.subarray(row * taps, (row + 1) * taps);
    for (let tap = 0; tap < taps; tap++) {
      const distance = tap - (taps / 2 - 1) - row / places;
      const window = bessel(beta * Math.sqrt(Math.max(0, 1 - (distance / (taps / 2)) ** 2))) / middle;
      filter[tap] = window * sinc(2 * cutoff * distance);
    }
    // A constant stays the same at every place: no hum of the difference between them.
    const sum = filter.reduce((total, coefficient) => total + coefficient, 0);
    for (let tap = 0; tap < taps; tap++) filter[tap]! /= sum;
  }
  return filters;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The modified Bessel function of the first kind, order zero. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let index = 1; term > sum * 1e-12; index++) {
    term *= (x / 2 / index) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}

import {narrowRate} from './frame.ts';

/** The low group of ITU-T Q.23, then the high group, in Hz: a key is one of each. */
const frequencies = [697, 770, 852, 941, 1209, 1336, 1477, 1633] as const;
const groupSize = 4;
/** The keys by low tone and high tone. */
const keys = ['123A', '456B', '789C', '*0#D'] as const;

/** Samples that are looked at together: 20 ms. */
export const windowSamples = 0.02 * narrowRate;
/** Samples from one look to the next: 5 ms, so that a frequency 100 Hz beside the nominal one is told from it. */
export const hopSamples = 0.005 * narrowRate;

/** Rises and falls softly, so that each tone is seen without what the other one adds at its edges. */
const hann = Float64Array.from({length: windowSamples}, (_, index) => {
  return 0.5 - 0.5 * Math.cos((2 * Math.PI * (index + 0.5)) / windowSamples);
});
const windowSum = hann.reduce((sum, weight) => sum + weight, 0);
const windowSquares = hann.reduce((sum, weight) => sum + weight * weight, 0);

const cosines = frequencies.map((frequency) => weighted(Math.cos, frequency));
const sines = frequencies.map((frequency) => weighted(Math.sin, frequency));
/** How far the phase of a tone turns from one look to the next. */
const turns = frequencies.map((frequency) => (2 * Math.PI * frequency * hopSamples) / narrowRate);

function weighted(wave: (angle: number) => number, frequency: number): Float64Array {
  return hann.map((weight, index) => weight * wave((2 * Math.PI * frequency * index) / narrowRate));
}

/** The strongest tone of a group in one look. */
interface Tone {
  /** Which of the eight frequencies. */
  index: number;
  power: number;
  /** How far from the nominal frequency it lies, as a part of that. */
  deviation: number;
}

/**
 * Looks for the two tones of a key in sound, every 5 ms at the 20 ms before. How strong a tone is, a Fourier sum at its
 * nominal frequency says; where it really lies, the phase by which that sum turns from one look to the next, which is
 * far finer than what 20 ms can tell apart otherwise. Powers are mean squares of samples.
 */
export class DualToneAnalysis {
  /** The strongest tone of either group. */
  readonly low: Tone = {index: 0, power: 0, deviation: 0};
  readonly high: Tone = {index: 0, power: 0, deviation: 0};
  /** Of all sound in the window. */
  power = 0;
  /** At each of the eight nominal frequencies. */
  readonly powers = new Float64Array(frequencies.length);
  readonly #samples = new Float64Array(windowSamples);
  readonly #real = new Float64Array(frequencies.length);
  readonly #imaginary = new Float64Array(frequencies.length);
  /** By how much each phase turned more than that of a tone of just this frequency would. */
  readonly #turned = new Float64Array(frequencies.length);
  /** Samples since the start, until there are enough. */
  #filled = 0;

  /** The key that the strongest tones make. */
  get key(): string {
    return keys[this.low.index]![this.high.index - groupSize]!;
  }

  /** Forgets all sound. */
  restart(): void {
    this.#filled = 0;
  }

  /** Takes the 40 samples of `sound` from `start` on; false where that is not enough yet to say anything. */
  look(sound: Int16Array, start: number): boolean {
    this.#samples.copyWithin(0, hopSamples);
    for (let index = 0; index < hopSamples; index++) {
      this.#samples[windowSamples - hopSamples + index] = sound[start + index]!;
    }
    this.#filled = Math.min(this.#filled + hopSamples, windowSamples + hopSamples);
    this.#measureAll();
    for (let index = 0; index < frequencies.length; index++) this.#measure(index);
    this.#chooseStrongest(0, this.low);
    this.#chooseStrongest(groupSize, this.high);
    return this.#filled > windowSamples;
  }

  #measureAll(): void {
    let squares = 0;
    for (let index = 0; index < windowSamples; index++) {
      const sample = hann[index]! * this.#samples[index]!;
      squares += sample * sample;
    }
    this.power = squares / windowSquares;
  }

  #measure(index: number): void {
    const cosine = cosines[index]!;
    const sine = sines[index]!;
    let real = 0;
    let imaginary = 0;
    for (let at = 0; at < windowSamples; at++) {
      const sample = this.#samples[at]!;
      real += sample * cosine[at]!;
      imaginary -= sample * sine[at]!;
    }
    const before = Math.atan2(this.#imaginary[index]!, this.#real[index]!);
    this.#turned[index] = wrapped(Math.atan2(imaginary, real) - before - turns[index]!);
    this.#real[index] = real;
    this.#imaginary[index] = imaginary;
    this.powers[index] = (2 * (real * real + imaginary * imaginary)) / (windowSum * windowSum);
  }

  #chooseStrongest(first: number, tone: Tone): void {
    let best = first;
    for (let index = first + 1; index < first + groupSize; index++) {
      if (this.powers[index]! > this.powers[best]!) best = index;
    }
    const difference = (this.#turned[best]! * narrowRate) / (2 * Math.PI * hopSamples);
    tone.index = best;
    tone.power = this.powers[best]! / windowLoss(difference);
    tone.deviation = difference / frequencies[best]!;
  }
}

/** The places of a key's two tones among the eight frequencies. */
export function tonesOf(key: string): readonly [low: number, high: number] {
  const low = keys.findIndex((row) => row.includes(key));
  return [low, groupSize + keys[low]!.indexOf(key)];
}

/** An angle as one between -pi and pi. */
function wrapped(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}

/** What part of a tone's power the sum at a frequency so many Hz beside it shows; no more is made up for than 45 Hz. */
function windowLoss(difference: number): number {
  const x = (Math.min(Math.abs(difference), 45) * windowSamples) / narrowRate;
  if (x < 1e-3) return 1;
  const amplitude = Math.sin(Math.PI * x) / (Math.PI * x * (1 - x * x));
  return amplitude * amplitude;
}

import {Resampler} from '../../firmware/audio/resampler.ts';
import {fft} from '../support/fft.ts';

const rate = 10_000;
const frame = 256;
const hop = 128;
const fftSize = 512;
const bands = 15;
const lowestBand = 150;
/** Frames that are compared at a time: 384 ms. */
const segment = 30;
/** Frames of the clean speech that are so much softer than its loudest are not counted, in dB. */
const range = 40;
/** Of what is worse than this signal-to-distortion ratio nothing more is taken off, in dB. */
const clipping = -15;

const window = Float64Array.from(
  {length: frame},
  (_, index) => Math.sin((Math.PI * (index + 1)) / (frame + 1)) ** 2,
);

/**
 * Short-time objective intelligibility of `heard`, 0 to 1, compared with the clean speech `said` that it is made of, sample
 * by sample; both at `sampleRate` Hz. C. H. Taal and others, "An Algorithm for Intelligibility Prediction of
 * Time-Frequency Weighted Noisy Speech", IEEE Transactions on Audio, Speech, and Language Processing 19 (2011).
 */
export function stoi(said: Int16Array, heard: Int16Array, sampleRate: number): number {
  const [clean, worse] = withoutPauses(resample(said, sampleRate), resample(heard, sampleRate));
  const cleanBands = thirdOctaves(clean);
  const worseBands = thirdOctaves(worse);
  let sum = 0;
  let count = 0;
  for (let last = segment; last <= cleanBands.length; last++) {
    for (let band = 0; band < bands; band++) {
      const one = Float64Array.from(cleanBands.slice(last - segment, last), (values) => values[band]!);
      const other = Float64Array.from(worseBands.slice(last - segment, last), (values) => values[band]!);
      sum += likeness(one, other);
      count++;
    }
  }
  return sum / count;
}

function resample(samples: Int16Array, from: number): Int16Array {
  const result = new Int16Array(Math.ceil((samples.length * rate) / from) + 1);
  const count = new Resampler(from, rate, samples.length).process(samples, samples.length, result);
  return result.subarray(0, count);
}

/** Both with the frames left out in which the first is soft. */
function withoutPauses(one: Int16Array, other: Int16Array): [Float64Array, Float64Array] {
  const starts: number[] = [];
  const levels: number[] = [];
  for (let start = 0; start + frame <= one.length; start += hop) {
    let energy = 1e-9;
    for (let index = 0; index < frame; index++) energy += (one[start + index]! * window[index]!) ** 2;
    starts.push(start);
    levels.push(10 * Math.log10(energy));
  }
  const loudest = levels.reduce((most, level) => Math.max(most, level), Number.NEGATIVE_INFINITY);
  const kept = starts.filter((_, index) => levels[index]! > loudest - range);
  return [overlapAdd(one, kept), overlapAdd(other, kept)];
}

function overlapAdd(samples: Int16Array, starts: readonly number[]): Float64Array {
  const sum = new Float64Array(frame + hop * Math.max(0, starts.length - 1));
  starts.forEach((start, place) => {
    for (let index = 0; index < frame; index++) {
      sum[place * hop + index]! += samples[start + index]! * window[index]!;
    }
  });
  return sum;
}

/** Magnitudes of each frame in bands of a third of an octave. */
function thirdOctaves(samples: Float64Array): Float64Array[] {
  const frames: Float64Array[] = [];
  for (let start = 0; start + frame <= samples.length; start += hop) {
    const re = new Float64Array(fftSize);
    const im = new Float64Array(fftSize);
    for (let index = 0; index < frame; index++) re[index] = samples[start + index]! * window[index]!;
    fft(re, im);
    frames.push(
      Float64Array.from({length: bands}, (_, band) => {
        const centre = lowestBand * 2 ** (band / 3);
        const from = Math.ceil((centre * 2 ** (-1 / 6) * fftSize) / rate);
        const to = Math.ceil((centre * 2 ** (1 / 6) * fftSize) / rate);
        let energy = 0;
        for (let bin = from; bin < to; bin++) energy += re[bin]! ** 2 + im[bin]! ** 2;
        return Math.sqrt(energy);
      }),
    );
  }
  return frames;
}

/** Correlation of what is heard with what was said, at the same loudness and clipped. */
function likeness(clean: Float64Array, heard: Float64Array): number {
  const gain = norm(clean) / (norm(heard) + 1e-9);
  const most = 1 + 10 ** (-clipping / 20);
  const clipped = heard.map((value, index) => Math.min(value * gain, clean[index]! * most));
  centre(clean);
  centre(clipped);
  const product = clean.reduce((sum, value, index) => sum + value * clipped[index]!, 0);
  return product / (norm(clean) * norm(clipped) + 1e-9);
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function centre(values: Float64Array): void {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  for (let index = 0; index < values.length; index++) values[index]! -= mean;
}

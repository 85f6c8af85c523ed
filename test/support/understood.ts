import {stoi} from '../bench-audio/stoi.ts';
import {fft} from './fft.ts';
import type {Sound} from './wav.ts';

/** What is looked for at a time, and how much further on or back than the piece before it is, in seconds. */
const pieceSeconds = 0.4;
const strayingSeconds = 0.4;
/** Less like the piece than this, the place is none: a pause, or what was lost. */
const leastLikeness = 0.4;

/**
 * How well what somebody said is understood in a recording of it, 0 to 1 (STOI), wherever in the recording it is: the place
 * where it fits best is taken, anew for each 0.4 s, for a sound card may lose or wait for some samples. For sound whose wave
 * was changed on the way, by which `correlate` judges: noise taken out, loudness evened. Both at one rate.
 */
export function understood(said: Sound, recording: Sound): number {
  const {rate, samples} = said;
  if (rate !== recording.rate) throw new Error(`rates differ: ${rate} and ${recording.rate} Hz`);
  const heard = new Int16Array(samples.length);
  const length = Math.round(pieceSeconds * rate);
  const straying = Math.round(strayingSeconds * rate);
  let later = placeOf(samples, recording.samples, 1 - samples.length).place;
  for (let start = 0; start < samples.length; start += length) {
    const piece = samples.subarray(start, start + length);
    const from = Math.max(0, start + later - straying);
    const around = recording.samples.subarray(from, Math.max(from, start + later + piece.length + straying));
    if (around.length < piece.length) continue;
    const {place, likeness} = placeOf(piece, around, 0);
    if (likeness >= leastLikeness) later = from + place - start;
    const at = Math.max(0, start + later);
    heard.set(recording.samples.subarray(at, at + piece.length), start);
  }
  return stoi(samples, heard, rate);
}

/**
 * Where in the recording, from sample `first` on, the one is most like it, and how much: the highest of the normalised
 * cross-correlations.
 */
function placeOf(said: Int16Array, recording: Int16Array, first: number): {place: number; likeness: number} {
  const size = 2 ** Math.ceil(Math.log2(said.length + recording.length));
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  re.set(recording);
  im.set(said);
  fft(re, im);
  const [crossRe, crossIm] = [new Float64Array(size), new Float64Array(size)];
  for (let bin = 0; bin < size; bin++) {
    const mirror = (size - bin) % size;
    // Both sounds went through one transform: the one is its even, the other its odd part.
    const [oneRe, oneIm] = [(re[bin]! + re[mirror]!) / 2, (im[bin]! - im[mirror]!) / 2];
    const [otherRe, otherIm] = [(im[bin]! + im[mirror]!) / 2, (re[mirror]! - re[bin]!) / 2];
    crossRe[bin] = oneRe * otherRe + oneIm * otherIm;
    crossIm[bin] = oneIm * otherRe - oneRe * otherIm;
  }
  fft(crossIm, crossRe);
  // Sums of the squares of the recording before each sample, for the energy under any place.
  const squares = new Float64Array(recording.length + 1);
  for (let index = 0; index < recording.length; index++) {
    squares[index + 1] = squares[index]! + recording[index]! ** 2;
  }
  const energy = said.reduce((sum, sample) => sum + sample * sample, 0);
  const floor = Math.max(1, squares.at(-1)! * 1e-4);
  let [place, likeness] = [0, 0];
  for (let lag = first; lag < recording.length; lag++) {
    const [from, to] = [Math.max(0, lag), Math.min(recording.length, lag + said.length)];
    const under = Math.max(floor, squares[to]! - squares[from]!);
    const value = crossRe[(lag + size) % size]! / size / Math.sqrt(energy * under || 1);
    if (value > likeness) [place, likeness] = [lag, value];
  }
  return {place, likeness};
}

import {stoi} from '../bench-audio/stoi.ts';
import {fft} from './fft.ts';
import type {Sound} from './wav.ts';

/** What is looked for at a time, and how much further on or back than the piece before it is, in seconds. */
const pieceSeconds = 0.8;
const strayingSeconds = 0.4;

/**
 * How well what somebody said is understood in a recording of it, 0 to 1 (STOI), wherever in the recording it is: the place
 * where it fits best is taken, anew for each 0.8 s, for a sound card may lose or wait for some samples. For sound whose wave
 * was changed on the way, by which `correlate` judges: noise taken out, loudness evened. Both at one rate.
 */
export function understood(said: Sound, recording: Sound): number {
  const {rate, samples} = said;
  if (rate !== recording.rate) throw new Error(`rates differ: ${rate} and ${recording.rate} Hz`);
  const heard = new Int16Array(samples.length);
  const length = Math.round(pieceSeconds * rate);
  const straying = Math.round(strayingSeconds * rate);
  let later = placeOf(samples, recording.samples);
  for (let start = 0; start < samples.length; start += length) {
    const piece = samples.subarray(start, start + length);
    const from = Math.max(0, start + later - straying);
    const around = recording.samples.subarray(from, Math.max(from, start + later + piece.length + straying));
    if (around.length < piece.length) continue;
    const place = Math.max(0, placeOf(piece, around));
    heard.set(around.subarray(place, place + piece.length), start);
    later = from + place - start;
  }
  return stoi(samples, heard, rate);
}

/** By how many samples the one is later in the other: the highest place of their correlation. */
function placeOf(said: Int16Array, recording: Int16Array): number {
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
  let best = 0;
  for (let lag = 0; lag < size; lag++) if (crossRe[lag]! > crossRe[best]!) best = lag;
  return best > recording.length ? best - size : best;
}

import type {Sound} from './wav.ts';

/** How long a stretch is that is asked for its pitch, in seconds. */
const WINDOW_SECONDS = 0.05;
/** Mean square below which a stretch counts as silent (about -36 dBFS). */
const QUIET = 500 ** 2;

/**
 * Seconds of a recording in which one pure tone sounds and hardly anything else: the power at `frequency` (Hz, by
 * Goertzel's algorithm) makes up nine tenths of all.
 */
export function secondsOfTone({rate, samples}: Sound, frequency: number): number {
  const length = Math.round(rate * WINDOW_SECONDS);
  const turn = 2 * Math.cos((2 * Math.PI * frequency) / rate);
  let windows = 0;
  for (let start = 0; start + length <= samples.length; start += length) {
    let [last, before, power] = [0, 0, 0];
    for (const sample of samples.subarray(start, start + length)) {
      [last, before] = [sample + turn * last - before, last];
      power += sample * sample;
    }
    const tone = (2 * (last * last + before * before - turn * last * before)) / length;
    if (power / length > QUIET && tone > 0.9 * power) windows += 1;
  }
  return windows * WINDOW_SECONDS;
}

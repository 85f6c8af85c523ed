import {sampleRate} from './frame.ts';
import {silenceLevel} from './level-meter.ts';

/** A microphone that works moves further than this, whatever it hears. */
const silentSpan = 4;
/** Where a recording begins there are zeros, and then what a dead microphone gives: so many samples tell nothing, 0.1 s. */
const beginning = 0.1 * sampleRate;
/** From here on a sample counts as clipped. */
const clipped = 32_600;

/** What a microphone that gives nothing has to be told about. */
export const silentText =
  'The microphone gives no sound at all, not even noise: it is muted, its gain is at zero, or it is not connected.';

/** Whether a recording stands still, as that of no working microphone does. */
export function isSilent(samples: Int16Array): boolean {
  let [low, high] = [32_767, -32_768];
  for (const sample of samples.subarray(beginning)) {
    low = Math.min(low, sample);
    high = Math.max(high, sample);
  }
  return high - low <= silentSpan;
}

/** How large a part of samples is clipped, 0 to 1. */
export function clippedPart(samples: Int16Array): number {
  let count = 0;
  for (const sample of samples) if (Math.abs(sample) >= clipped) count++;
  return count / Math.max(samples.length, 1);
}

/** Mean of the squares of samples. */
export function power(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum / Math.max(samples.length, 1);
}

/** A power in dBFS, no less than what silence shows. */
export function decibels(value: number): number {
  return Math.max(silenceLevel, 10 * Math.log10(Math.max(value, 1e-9) / 32_768 ** 2));
}

import {sampleRate} from './frame.ts';
import {silenceLevel} from './level-meter.ts';
import type {Probe} from './sound-check.ts';

/** Samples that are recorded: five seconds. */
export const recordingLength = 5 * sampleRate;

/** From here on a sample counts as clipped, and so many of them (parts of one) as clipping. */
const clipped = 32_600;
const clippedPart = 0.001;
/** A microphone that works moves further than this. */
const silentSpan = 4;
/** Below this even the loudest moment is too quiet for speech (dBFS). */
const quiet = -45;

/** What was recorded. */
export interface RecordingFindings {
  /** In plain words. */
  readonly text: string;
  /** The highest sample, and the loudness all in all (dBFS), as captured. */
  readonly peak: number;
  readonly level: number;
}

/** Says how loud a recording of somebody's speech is, and whether that is good. */
export function judgeRecording({captured}: Probe): RecordingFindings {
  let [low, high, squares, over] = [0, 0, 0, 0];
  for (const sample of captured) {
    low = Math.min(low, sample);
    high = Math.max(high, sample);
    squares += sample * sample;
    if (Math.abs(sample) >= clipped) over++;
  }
  const peak = decibels(Math.max(high, -low) ** 2);
  const level = decibels(squares / Math.max(captured.length, 1));
  const loudness = `its loudest moment ${peak} dB, ${level} dB all in all`;
  const text =
    high - low <= silentSpan
      ? 'The microphone gives no sound at all, not even noise: it is muted, its gain is at zero, or it is not connected.'
      : over > clippedPart * captured.length
        ? `The microphone clips (${loudness}): turn its gain down.`
        : peak < quiet
          ? `The recording is quiet (${loudness}): speak while it records, or turn the microphone's gain up.`
          : `Recorded and played: ${loudness}.`;
  return {text, peak, level};
}

function decibels(power: number): number {
  const level = 10 * Math.log10(Math.max(power, 1e-9) / 32768 ** 2);
  return Math.round(10 * Math.max(level, silenceLevel)) / 10;
}

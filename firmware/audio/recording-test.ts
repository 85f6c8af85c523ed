import {clippedPart, decibels, isSilent, power, silentText} from './captured-sound.ts';
import {sampleRate} from './frame.ts';
import type {Probe} from './sound-check.ts';

/** Samples that are recorded: five seconds. */
export const recordingLength = 5 * sampleRate;

/** So many clipped samples (parts of one) count as clipping. */
const clipping = 0.001;
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
  const highest = captured.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const peak = inTenths(decibels(highest ** 2));
  const level = inTenths(decibels(power(captured)));
  const loudness = `its loudest moment ${peak} dB, ${level} dB all in all`;
  const text = isSilent(captured)
    ? silentText
    : clippedPart(captured) > clipping
      ? `The microphone clips (${loudness}): turn its gain down.`
      : peak < quiet
        ? `The recording is quiet (${loudness}): speak while it records, or turn the microphone's gain up.`
        : `Recorded and played: ${loudness}.`;
  return {text, peak, level};
}

function inTenths(value: number): number {
  return Math.round(10 * value) / 10;
}

import type {SoundLine} from './sound-line.ts';

/** How much softer than the loudest of the last seconds a pause is: 34 dB. */
const pauseShare = 0.02;
/** As soft as this, on average of the magnitudes, is a pause whatever was before. */
const softest = 12;
/** The loudest is forgotten by this much a frame: half of it in 4 s. */
const forgetting = 0.9965;

/** Tells pauses from speech by how loud they are. */
export class Loudness {
  /** Whether the last frame was part of a pause. */
  quiet = true;
  #loudest = 0;

  /** A frame is heard. */
  hear(frame: Int16Array): void {
    const level = meanMagnitude(frame, 0, frame.length);
    this.#loudest = Math.max(level, this.#loudest * forgetting);
    this.quiet = this.#isSoft(level);
  }

  /** Whether the next `count` samples at most of what waits are part of a pause. */
  isQuiet({samples, head, end}: SoundLine, count: number): boolean {
    return this.#isSoft(meanMagnitude(samples, head, Math.min(end, head + count)));
  }

  #isSoft(level: number): boolean {
    return level <= Math.max(softest, this.#loudest * pauseShare);
  }
}

function meanMagnitude(samples: Int16Array, from: number, to: number): number {
  let sum = 0;
  for (let index = from; index < to; index++) sum += Math.abs(samples[index]!);
  return sum / Math.max(1, to - from);
}

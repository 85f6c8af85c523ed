import {sampleRate} from './frame.ts';

/** Sounds rise and fall in this time, so that they do not click: 5 ms. */
export const rampSamples = 0.005 * sampleRate;

/** A sound that is made piece by piece. */
export interface SoundSource {
  readonly ended: boolean;
  /** Fills `samples` with what comes next, with silence after the end. */
  pull(samples: Int16Array): void;
}

/** Plays one sound at a time. One that is cut off fades in 5 ms while the next begins. */
export class SoundPlayer {
  #source: SoundSource | undefined;
  /** Whether something of it was heard. */
  #heard = false;
  /** The end of a sound that was cut off. */
  readonly #tail = new Int16Array(rampSamples);
  #fading = false;

  /** Whether there is more to play. */
  get playing(): boolean {
    return this.#source !== undefined || this.#fading;
  }

  /** Begins a sound; one that was playing ends. */
  start(source: SoundSource): void {
    this.stop();
    this.#source = source;
  }

  /** Ends whatever is playing. */
  stop(): void {
    const source = this.#source;
    this.#source = undefined;
    if (source === undefined || !this.#heard) return;
    source.pull(this.#tail);
    for (let index = 0; index < rampSamples; index++) this.#tail[index]! *= 1 - index / rampSamples;
    this.#heard = false;
    this.#fading = true;
  }

  /** Fills `frame`, no shorter than the ramp, with what comes next, silence after the end. */
  pull(frame: Int16Array): void {
    if (this.#source === undefined) frame.fill(0);
    else {
      this.#source.pull(frame);
      this.#heard = !this.#source.ended;
      if (this.#source.ended) this.#source = undefined;
    }
    if (!this.#fading) return;
    for (let index = 0; index < rampSamples; index++) {
      frame[index] = Math.max(-32768, Math.min(32767, frame[index]! + this.#tail[index]!));
    }
    this.#fading = false;
  }
}

import type {SoundSource} from './sound-player.ts';

/** Plays a piece of sound, at the rate of the firmware's sound, once or for ever. */
export class RecordedSound implements SoundSource {
  readonly #samples: Int16Array;
  readonly #repeated: boolean;
  #position = 0;

  constructor(samples: Int16Array, repeated = false) {
    this.#samples = samples;
    this.#repeated = repeated && samples.length > 0;
  }

  get ended(): boolean {
    return this.#position === this.#samples.length;
  }

  pull(samples: Int16Array): void {
    let filled = 0;
    while (filled < samples.length && !this.ended) {
      const part = this.#samples.subarray(this.#position, this.#position + samples.length - filled);
      samples.set(part, filled);
      filled += part.length;
      this.#position += part.length;
      if (this.#repeated && this.ended) this.#position = 0;
    }
    samples.fill(0, filled);
  }
}

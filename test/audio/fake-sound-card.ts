import type {SoundCard} from '../../hal/hal.ts';

/** A sound card that a test fills and empties by hand. */
export class FakeSoundCard implements SoundCard {
  readonly captureRate = 16_000;
  readonly playbackRate = 16_000;
  readonly name = 'fake';
  readonly xruns = 0;
  /** What the microphone has captured and nobody has read. */
  captured: number[] = [];
  /** All that was ever queued for playback. */
  readonly played: number[] = [];
  /** Samples of it that are not yet heard. */
  queued = 0;
  closed = false;
  /** Thrown by the next use. */
  failure: Error | undefined;

  read(samples: Int16Array): number {
    this.#failIfTold();
    const taken = this.captured.splice(0, samples.length);
    samples.set(taken);
    return taken.length;
  }

  write(samples: Int16Array): number {
    this.#failIfTold();
    this.played.push(...samples);
    this.queued += samples.length;
    return samples.length;
  }

  playbackDelay(): number {
    this.#failIfTold();
    return this.queued;
  }

  close(): void {
    this.closed = true;
  }

  #failIfTold(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}

import type {SoundCard, SoundFault, SoundState} from '../../hal/hal.ts';

/** A sound card that a test fills and empties by hand. */
export class FakeSoundCard implements SoundCard {
  captureRate = 16_000;
  playbackRate = 16_000;
  xruns = 0;
  /** What the microphone has captured and nobody has read. */
  captured: number[] = [];
  /** All that was ever queued for playback. */
  readonly played: number[] = [];
  /** Samples of it that are not yet heard. */
  queued = 0;
  closed = false;
  /** What it will be found to have at the next look: nothing moves, from the moment on that this is set. */
  fault: SoundFault | null = null;
  #found: SoundFault | null = null;

  get state(): SoundState {
    const fault = this.#found;
    const half = {device: 'alsa:fake', fault, rate: fault === null ? this.captureRate : null};
    return {microphone: {...half, xruns: this.xruns}, speaker: {...half, xruns: 0}};
  }

  read(samples: Int16Array): number {
    if (this.fault !== null) return 0;
    const taken = this.captured.splice(0, samples.length);
    samples.set(taken);
    return taken.length;
  }

  write(samples: Int16Array): number {
    if (this.fault !== null) return 0;
    this.played.push(...samples);
    this.queued += samples.length;
    return samples.length;
  }

  playbackDelay(): number {
    return this.fault === null ? this.queued : 0;
  }

  refresh(): boolean {
    const changed = this.fault !== this.#found;
    this.#found = this.fault;
    return changed;
  }

  close(): void {
    this.closed = true;
  }
}

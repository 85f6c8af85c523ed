import {frameSamples, frameTime, mix} from './frame.ts';
import {RecordedSound} from './recorded-sound.ts';

/** What the microphone gave during a probe: as it was captured, and after echo and noise were taken away. */
export interface Probe {
  readonly captured: Int16Array;
  readonly cleaned: Int16Array;
}

/** A probe that is under way. */
interface RunningProbe {
  readonly captured: Int16Array;
  readonly cleaned: Int16Array;
  readonly onEnd: (probe: Probe | undefined) => void;
  /** Samples recorded. */
  count: number;
}

/** Uses microphone and loudspeaker without a call, to find out how they do. A call comes first: it ends whatever goes on here. */
export class SoundCheck {
  #framesToListen = 0;
  #probe: RunningProbe | undefined;
  #sound: RecordedSound | undefined;
  readonly #played = new Int16Array(frameSamples);

  /** Whether the microphone is wanted. */
  get listening(): boolean {
    return this.#framesToListen > 0 || this.#probe !== undefined;
  }

  /** Whether there is more to play. */
  get playing(): boolean {
    return this.#sound !== undefined;
  }

  /** Keeps the microphone live for its levels, from now on for so long. */
  listen(milliseconds: number): void {
    this.#framesToListen = Math.ceil(milliseconds / frameTime);
  }

  /** Plays a sound and records as long as it is, then calls `onEnd`; with undefined where it was cut off, or one is under way. */
  start(sound: Int16Array, onEnd: (probe: Probe | undefined) => void): void {
    if (this.#probe !== undefined) {
      onEnd(undefined);
      return;
    }
    const length = Math.ceil(sound.length / frameSamples) * frameSamples;
    const record = () => new Int16Array(length);
    this.#probe = {captured: record(), cleaned: record(), onEnd, count: 0};
    this.#sound = new RecordedSound(sound);
  }

  /** Ends all at once. */
  stop(): void {
    this.#framesToListen = 0;
    this.#sound = undefined;
    this.#end(undefined);
  }

  /** Takes what the microphone gave in this step. */
  add(captured: Int16Array, cleaned: Int16Array): void {
    if (this.#framesToListen > 0) this.#framesToListen--;
    const probe = this.#probe;
    if (probe === undefined) return;
    probe.captured.set(captured, probe.count);
    probe.cleaned.set(cleaned, probe.count);
    probe.count += frameSamples;
    if (probe.count >= probe.captured.length) this.#end(probe);
  }

  /** Adds what is to be heard in this step. */
  mixInto(frame: Int16Array): void {
    if (this.#sound === undefined) return;
    this.#sound.pull(this.#played);
    mix(frame, this.#played);
    if (this.#sound.ended) this.#sound = undefined;
  }

  #end(result: Probe | undefined): void {
    const probe = this.#probe;
    this.#probe = undefined;
    probe?.onEnd(result && {captured: result.captured, cleaned: result.cleaned});
  }
}

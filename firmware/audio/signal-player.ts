import type {Country} from './country-tones.ts';
import {RecordedSound} from './recorded-sound.ts';
import type {SoundName} from './sound-names.ts';
import {SoundPlayer} from './sound-player.ts';
import {type Melody, MelodySound, melodiesOf} from './tones.ts';

/** Recordings, mono at the rate of the firmware's sound, that are played in place of tones. */
export type OwnSounds = Readonly<Partial<Record<SoundName, Int16Array>>>;

/** Sounds that tell how a call stands, and end with that. */
const callSounds: ReadonlySet<SoundName | undefined> = new Set<SoundName>(['ringback', 'busy', 'congestion']);

/** Plays the station's own sounds, one at a time. */
export class SignalPlayer {
  readonly #player = new SoundPlayer();
  readonly #melodies: Record<SoundName, Melody>;
  readonly #recordings: OwnSounds;
  #name: SoundName | undefined;

  /** The tones that tell of a call are those of `country`. */
  constructor(country: Country, recordings: OwnSounds = {}) {
    this.#melodies = melodiesOf(country);
    this.#recordings = recordings;
  }

  /** Whether there is more to play. */
  get playing(): boolean {
    return this.#player.playing;
  }

  /** Begins a sound; one that was playing ends. Ringback goes on until it is ended. */
  start(name: SoundName): void {
    this.#name = name;
    const recording = this.#recordings[name];
    this.#player.start(
      recording ? new RecordedSound(recording, name === 'ringback') : new MelodySound(this.#melodies[name]),
    );
  }

  /** Ends whatever is playing. */
  stop(): void {
    this.#player.stop();
  }

  /** Ends a sound that tells how a call stands; another may finish. */
  stopCallSound(): void {
    if (callSounds.has(this.#name)) this.stop();
  }

  /** Fills `frame` with the next 20 ms, silence after the end. */
  pull(frame: Int16Array): void {
    this.#player.pull(frame);
  }
}

import {type CallTone, type Country, countryTones} from './country-tones.ts';
import {frameSamples, sampleRate} from './frame.ts';

/** The sounds that the firmware makes itself. */
export type ToneName =
  | 'ready'
  | 'press'
  | 'ringback'
  | 'busy'
  | 'error'
  | 'talk'
  | 'ending'
  | 'door'
  | 'tick'
  | 'chirp';

/** A stretch of tones sounding together; none is a pause. */
interface Segment {
  /** In Hz. */
  readonly frequencies: readonly number[];
  readonly milliseconds: number;
  /** How it goes on: as loud all along, or dying away like a struck bar. */
  readonly shape?: 'even' | 'struck';
}

interface Melody {
  readonly segments: readonly Segment[];
  /** How often the segments are played. */
  readonly times: number;
}

/** Of full scale, all frequencies of a segment together: -12 dBFS. */
const loudness = 0.25 * 32767;
/** Even segments rise and fall in this time, so that they do not click: 5 ms. */
const rampSamples = 0.005 * sampleRate;

/** The special information tones (ITU-T E.180) for an error, and the door station's own sounds. */
const ownMelodies: Record<Exclude<ToneName, 'ringback' | 'busy'>, Melody> = {
  ready: {segments: [note(660, 160), note(880, 160), note(1320, 400)], times: 1},
  press: {segments: [{frequencies: [1000], milliseconds: 120}], times: 1},
  error: {
    segments: [
      {frequencies: [950], milliseconds: 330},
      {frequencies: [1400], milliseconds: 330},
      {frequencies: [1800], milliseconds: 330},
    ],
    times: 1,
  },
  talk: {segments: [{frequencies: [880], milliseconds: 80}], times: 1},
  ending: {segments: [{frequencies: [1400], milliseconds: 100}, pause(100)], times: 2},
  tick: {segments: [{frequencies: [1000], milliseconds: 40}], times: 1},
  chirp: {segments: [note(1760, 90), note(2349, 160), pause(350)], times: 3},
  door: {segments: [note(784, 180), note(988, 180), note(1175, 500)], times: 1},
};

function note(frequency: number, milliseconds: number): Segment {
  return {frequencies: [frequency, 2 * frequency], milliseconds, shape: 'struck'};
}

function pause(milliseconds: number): Segment {
  return {frequencies: [], milliseconds};
}

function melodyOf({frequencies, cadence}: CallTone, times: number): Melody {
  const segments = cadence.map((milliseconds, index) =>
    index % 2 === 0 ? {frequencies, milliseconds} : pause(milliseconds),
  );
  return {segments, times};
}

/** Plays one of the sounds frame by frame. */
export class TonePlayer {
  readonly #melodies: Record<ToneName, Melody>;
  #melody: Melody | undefined;
  #segment = 0;
  /** Samples played of the segment. */
  #position = 0;
  #timesLeft = 0;

  /** Ringback and busy tone are those of `country`. */
  constructor(country: Country) {
    const {ringback, busy} = countryTones[country];
    this.#melodies = {...ownMelodies, ringback: melodyOf(ringback, Infinity), busy: melodyOf(busy, 4)};
  }

  /** Whether there is more to play. */
  get playing(): boolean {
    return this.#melody !== undefined;
  }

  /** Begins a sound; one that was playing ends. */
  start(name: ToneName): void {
    this.#melody = this.#melodies[name];
    this.#segment = 0;
    this.#position = 0;
    this.#timesLeft = this.#melody.times;
  }

  /** Ends whatever is playing. */
  stop(): void {
    this.#melody = undefined;
  }

  /** Ends a sound that announces a call's state (ringback, busy); a short one may finish. */
  stopRepeated(): void {
    const {ringback, busy} = this.#melodies;
    if (this.#melody === ringback || this.#melody === busy) this.stop();
  }

  /** Fills `frame` with the next 20 ms, silence after the end. */
  pull(frame: Int16Array): void {
    let filled = 0;
    while (filled < frameSamples && this.#melody !== undefined) {
      const segment = this.#melody.segments[this.#segment]!;
      const length = (segment.milliseconds * sampleRate) / 1000;
      const count = Math.min(frameSamples - filled, length - this.#position);
      for (let index = 0; index < count; index++) {
        frame[filled + index] = sampleOf(segment, this.#position + index, length);
      }
      filled += count;
      this.#position += count;
      if (this.#position === length) this.#nextSegment(this.#melody);
    }
    frame.fill(0, filled);
  }

  #nextSegment(melody: Melody): void {
    this.#position = 0;
    this.#segment = (this.#segment + 1) % melody.segments.length;
    if (this.#segment === 0 && --this.#timesLeft === 0) this.stop();
  }
}

function sampleOf({frequencies, shape}: Segment, position: number, length: number): number {
  if (frequencies.length === 0) return 0;
  let sum = 0;
  for (const frequency of frequencies) sum += Math.sin((2 * Math.PI * frequency * position) / sampleRate);
  const edge = Math.min(1, position / rampSamples, (length - position) / rampSamples);
  const fading = shape === 'struck' ? Math.exp((-4 * position) / length) : 1;
  return Math.round((loudness / frequencies.length) * edge * fading * sum);
}

import {type CallTone, type Country, countryTones, type ToneSegment} from './country-tones.ts';
import {sampleRate} from './frame.ts';
import type {SoundName} from './sound-names.ts';
import {rampSamples, type SoundSource} from './sound-player.ts';

interface Segment extends ToneSegment {
  /** How it goes on: as loud all along, or dying away like a struck bar. */
  readonly shape?: 'even' | 'struck';
}

/** Tones one after the other. */
export interface Melody {
  readonly segments: readonly Segment[];
  /** How often the segments are played. */
  readonly times: number;
}

/** Of full scale, all frequencies of a segment together: -12 dBFS. */
const loudness = 0.25 * 32767;

/** The special information tones (ITU-T E.180) for an error, and the door station's own sounds. */
const ownMelodies = {
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
} satisfies Partial<Record<SoundName, Melody>>;

function note(frequency: number, milliseconds: number): Segment {
  return {frequencies: [frequency, 2 * frequency], milliseconds, shape: 'struck'};
}

function pause(milliseconds: number): Segment {
  return {frequencies: [], milliseconds};
}

/** All sounds as tones; those that tell of a call are what networks of `country` give to hear. */
export function melodiesOf(country: Country): Record<SoundName, Melody> {
  const {ringback, busy, congestion} = countryTones[country];
  return {
    ...ownMelodies,
    ringback: {segments: ringback, times: Infinity},
    busy: {segments: busy, times: 4},
    congestion: {segments: congestion, times: timesIn(congestion, congestionTime)},
  };
}

/** For how long (ms) at least the tone of congestion is heard. */
const congestionTime = 3000;

function timesIn(tone: CallTone, milliseconds: number): number {
  return Math.ceil(milliseconds / tone.reduce((sum, segment) => sum + segment.milliseconds, 0));
}

/** Makes the sound of a melody. */
export class MelodySound implements SoundSource {
  readonly #melody: Melody;
  #segment = 0;
  /** Samples made of the segment. */
  #position = 0;
  #timesLeft: number;

  constructor(melody: Melody) {
    this.#melody = melody;
    this.#timesLeft = melody.times;
  }

  get ended(): boolean {
    return this.#timesLeft === 0;
  }

  pull(samples: Int16Array): void {
    let filled = 0;
    while (filled < samples.length && !this.ended) {
      const segment = this.#melody.segments[this.#segment]!;
      const length = (segment.milliseconds * sampleRate) / 1000;
      const count = Math.min(samples.length - filled, length - this.#position);
      for (let index = 0; index < count; index++) {
        samples[filled + index] = sampleOf(segment, this.#position + index, length);
      }
      filled += count;
      this.#position += count;
      if (this.#position === length) this.#nextSegment();
    }
    samples.fill(0, filled);
  }

  #nextSegment(): void {
    this.#position = 0;
    this.#segment = (this.#segment + 1) % this.#melody.segments.length;
    if (this.#segment === 0) this.#timesLeft--;
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

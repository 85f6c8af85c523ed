import {PlayoutBuffer} from '../../../firmware/audio/playout/playout-buffer.ts';

/** A playout buffer on fake time, whose packets hold parts of one sound: at 8 kHz sample n has the timestamp n. */
export class Player {
  readonly buffer: PlayoutBuffer;
  readonly frames: Int16Array[] = [];
  /** Positions of the packets that were played, in their order. */
  readonly played: number[] = [];
  now = 0;
  readonly #sound: (position: number) => number;
  /** Samples for each step of a timestamp. */
  readonly #scale: number;
  #sequence = 0;

  /** `sound` gives the sample at a position; by default one that tells where it is from. */
  constructor(sound: (position: number) => number = (position) => (position % 30000) + 1, sampleRate = 8000) {
    this.#sound = sound;
    this.#scale = sampleRate / 8000;
    this.buffer = new PlayoutBuffer(sampleRate);
  }

  /** A packet comes; without `sequence` the one after that which came before. */
  put(
    position: number,
    {timestamp = position, length = 160, sequence = this.#sequence, marker = false} = {},
  ): void {
    this.#sequence = sequence + 1;
    const decode = (_bytes: Uint8Array, _start: number, count: number, samples: Int16Array) => {
      this.played.push(position);
      for (let index = 0; index < count * this.#scale; index++) {
        samples[index] = this.#sound(position + index / this.#scale);
      }
    };
    const header = {timestamp: timestamp >>> 0, sequenceNumber: sequence & 0xffff, marker};
    this.buffer.put(new Uint8Array(length), 0, length, header, {decode}, this.now);
  }

  /** A description of noise comes. */
  putNoise(timestamp: number, description: readonly number[], marker = false): void {
    const header = {timestamp: timestamp >>> 0, sequenceNumber: this.#sequence++ & 0xffff, marker};
    this.buffer.putNoise(Uint8Array.from(description), 0, description.length, header, this.now);
  }

  /** The next 20 ms are heard. */
  pull(count = 1): void {
    for (let index = 0; index < count; index++) {
      const samples = new Int16Array(160 * this.#scale);
      this.buffer.pull(samples, this.now);
      this.frames.push(samples);
      this.now += 20;
    }
  }

  /** Where the last frame is from, in frames; undefined for silence or sound that is not from one place. */
  get place(): number | undefined {
    const last = this.frames.at(-1)!;
    const straight = last.every((sample, index) => sample === last[0]! + index);
    return straight && last[0] !== 0 ? (last[0]! - 1) / 160 : undefined;
  }

  /** All that was heard. */
  get heard(): Int16Array {
    return Int16Array.from(this.frames.flatMap((samples) => [...samples]));
  }
}

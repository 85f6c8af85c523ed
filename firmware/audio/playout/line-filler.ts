import {advanceTimestamp, timestampDistance} from '../../rtp/sequence.ts';
import {narrowRate} from '../frame.ts';
import {ComfortNoise} from './comfort-noise.ts';
import {Concealment} from './concealment.ts';
import {GapBridge} from './gap-bridge.ts';
import {longestPacket, type PacketQueue} from './packet-queue.ts';
import type {PlayingClock} from './playing-clock.ts';
import {SoundLine} from './sound-line.ts';

/**
 * Puts sound at the end of the line: that of packets, what is made up where one is missing, and the noise of pauses, each
 * joined to what was there before. Knows where in the sender's time the end of the line is.
 */
export class LineFiller {
  readonly line: SoundLine;
  readonly noise: ComfortNoise;
  /** RTP timestamp of what is to be put at the end. */
  next = 0;
  /** Packets of sound that were put. */
  packets = 0;
  /** Samples that were made up. */
  concealed = 0;
  /** Mean time from a packet's coming to its being heard, in ms. */
  meanWait = 0;
  /** Samples for each step of a timestamp, and in a ms. */
  readonly #scale: number;
  readonly #perMs: number;
  readonly #queue: PacketQueue;
  readonly #clock: PlayingClock;
  readonly #decoded: Int16Array;
  readonly #concealment: Concealment;
  readonly #bridge: GapBridge;

  /** `sampleRate` is that of decoded sound: 8000 or 16000 Hz. */
  constructor(sampleRate: number, queue: PacketQueue, clock: PlayingClock) {
    this.#scale = sampleRate / narrowRate;
    this.#perMs = sampleRate / 1000;
    this.#queue = queue;
    this.#clock = clock;
    this.line = new SoundLine(sampleRate);
    this.noise = new ComfortNoise(sampleRate);
    this.#decoded = new Int16Array(longestPacket * this.#scale);
    this.#concealment = new Concealment(sampleRate);
    this.#bridge = new GapBridge(sampleRate);
  }

  /** Makes past and future silent: sound begins anew at `timestamp`. The noise of a pause goes on. */
  restart(timestamp: number): void {
    this.line.clear();
    this.#concealment.reset();
    this.next = timestamp;
  }

  /** Samples from the end of the line to the packet in `slot`; negative where it begins before that. */
  ahead(slot: number): number {
    return timestampDistance(this.next, this.#queue.timestamp(slot)) * this.#scale;
  }

  /** Goes on by so many samples in the sender's time. */
  advance(samples: number): void {
    this.next = advanceTimestamp(this.next, samples / this.#scale);
  }

  /** Makes up `count` samples. */
  conceal(count: number): void {
    this.#concealment.fill(this.line, count);
    this.concealed += count;
  }

  /** Puts `count` samples of the noise of a pause. */
  addNoise(count: number): void {
    const at = this.noise.fill(this.line, count);
    this.#concealment.return(this.line, at, count);
  }

  /** Puts the packet in `slot`, which begins at the end of the line or before: but what of it is over already. */
  add(slot: number): void {
    const {line} = this;
    const queue = this.#queue;
    const length = queue.length(slot);
    const decoder = queue.decoder(slot);
    if (decoder === undefined) {
      if (!this.noise.active) this.#concealment.lead(line);
      this.noise.describe(queue.take(slot), 0, length);
      return;
    }
    this.packets++;
    const over = timestampDistance(queue.timestamp(slot), this.next);
    const wait = this.#clock.time + line.waiting / this.#perMs - queue.arrival(slot);
    this.meanWait += (wait - this.meanWait) / 16;
    decoder.decode(queue.take(slot), 0, length, this.#decoded);
    const count = (length - over) * this.#scale;
    const at = line.extend(count);
    for (let index = 0; index < count; index++) {
      line.samples[at + index] = this.#decoded[over * this.#scale + index]!;
    }
    this.#concealment.return(line, at, count);
    this.noise.return(line, at, count);
    this.next = advanceTimestamp(this.next, length - over);
  }

  /** Puts packets that follow without a gap until `count` samples wait, or there are none. */
  addWaiting(count: number): void {
    while (this.line.waiting < count) {
      const slot = this.#queue.first(this.next);
      if (slot < 0 || this.ahead(slot) > 0) return;
      this.add(slot);
    }
  }

  /** Whether a gap of so many samples before sound that is there can be filled from both sides. */
  canBridge(gap: number): boolean {
    return gap <= this.#bridge.longest;
  }

  /** Puts the sound in `slot`, and makes up the `gap` samples that are missing before it. */
  bridgeTo(slot: number, gap: number): void {
    const {line} = this;
    line.extend(gap);
    this.advance(gap);
    this.concealed += gap;
    this.#concealment.reset();
    const {waiting} = line;
    this.add(slot);
    const there = line.waiting - waiting;
    this.#bridge.fill(line, line.end - there - gap, gap, there);
  }
}

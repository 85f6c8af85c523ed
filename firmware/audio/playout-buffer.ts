import {advanceTimestamp, timestampDistance} from '../rtp/sequence.ts';
import {Concealment} from './concealment.ts';
import {frameTime} from './frame.ts';

/** How long sound waits before it is played, so that packets may come unevenly, in ms. */
const targetDelayMs = 60;
/** Waiting sound beyond the target that is left alone, in ms. */
const toleranceMs = 20;
/** Sound further ahead than this, in ms, is not taken: it bounds the delay whatever the sender does. */
export const maxDelayMs = 400;
/** Packets outside what can be played must go on for this long before playing starts over with them, in ms. */
const resyncAfterMs = 100;
/** Packets after which the waiting time is judged: one second. */
const judgedPackets = 50;
/** So many late packets in that time mean that the delay is too short. */
const tooManyLate = 3;
/** A power of two, more than `maxDelayMs` and the longest packet at 16 kHz. */
const capacity = 16_384;

/**
 * Puts received sound in the order of its timestamps and hands it out in frames at the pace of the loudspeaker,
 * about 60 ms after it came. What is missing when its time comes is concealed.
 *
 * The delay stays where it is although the sender's clock runs faster or slower than ours: over each second the
 * packet that had least time to spare tells how much waiting is of no use (that much sound is left out, cross-faded),
 * and many late packets tell that it was too little (a concealed frame is put in).
 */
export class PlayoutBuffer {
  /** Packets that came when their time had gone. */
  late = 0;
  readonly #rate: number;
  readonly #frameSamples: number;
  readonly #targetDelay: number;
  readonly #tolerance: number;
  readonly #maxAhead: number;
  readonly #resyncAfter: number;
  readonly #samples = new Int16Array(capacity);
  readonly #present = new Uint8Array(capacity);
  readonly #concealment: Concealment;
  readonly #skipped: Int16Array;
  #started = false;
  /** RTP timestamp of the next sample to play. */
  #next = 0;
  /** Samples played since packets began to lie outside; undefined while they do not. */
  #outside: number | undefined;
  #judged = 0;
  #judgedLate = 0;
  #leastSpare = 0;
  /** Mean samples between a packet's coming and its time. */
  #meanSpare = 0;
  #leaveOut = 0;
  #putIn = false;

  /** `rate` of the sound and of the timestamps, in Hz. */
  constructor(rate: number) {
    const samples = (milliseconds: number) => (rate * milliseconds) / 1000;
    this.#rate = rate;
    this.#frameSamples = samples(frameTime);
    this.#targetDelay = samples(targetDelayMs);
    this.#tolerance = samples(toleranceMs);
    this.#maxAhead = samples(maxDelayMs);
    this.#resyncAfter = samples(resyncAfterMs);
    this.#concealment = new Concealment(this.#frameSamples);
    this.#skipped = new Int16Array(this.#frameSamples);
  }

  /** How long sound waits here on average, in ms. */
  get delayMs(): number {
    return this.#started ? (Math.max(0, this.#meanSpare) * 1000) / this.#rate : 0;
  }

  /** Forgets all sound: the next packet starts over. */
  restart(): void {
    this.#started = false;
    this.#present.fill(0);
    this.#concealment.reset();
  }

  /** Takes the first `count` of `samples`, whose first has this RTP timestamp. Up to 200 ms, more is cut off. */
  put(samples: Int16Array, count: number, timestamp: number): void {
    const length = Math.min(count, capacity / 4);
    if (!this.#started) this.#start(timestamp);
    let spare = timestampDistance(this.#next, timestamp);
    const late = spare + length <= 0;
    if (late) this.late++;
    if (late || spare > this.#maxAhead) {
      this.#outside ??= 0;
      if (late) this.#judge(spare);
      if (this.#outside < this.#resyncAfter) return;
      this.restart();
      this.#start(timestamp);
      spare = this.#targetDelay;
    } else {
      this.#judge(spare);
    }
    this.#outside = undefined;
    for (let index = Math.max(0, -spare); index < length; index++) {
      const at = (timestamp + index) & (capacity - 1);
      this.#samples[at] = samples[index]!;
      this.#present[at] = 1;
    }
  }

  /** Fills `frame` with the sound whose time has come. */
  pull(frame: Int16Array): void {
    if (!this.#started) {
      frame.fill(0);
      return;
    }
    if (this.#outside !== undefined) this.#outside += this.#frameSamples;
    if (this.#putIn && !this.#present[this.#next & (capacity - 1)]) {
      this.#putIn = false;
      for (let index = 0; index < this.#frameSamples; index++) frame[index] = this.#concealment.sample(index);
      return;
    }
    this.#takeFrame(frame);
    if (this.#leaveOut > 0) this.#leaveOutNow(frame);
  }

  #start(timestamp: number): void {
    this.#started = true;
    this.#next = advanceTimestamp(timestamp, -this.#targetDelay);
    this.#outside = undefined;
    this.#meanSpare = this.#targetDelay;
    this.#leaveOut = 0;
    this.#putIn = false;
    this.#startJudging();
  }

  #startJudging(): void {
    this.#judged = 0;
    this.#judgedLate = 0;
    this.#leastSpare = this.#maxAhead;
  }

  #judge(spare: number): void {
    this.#meanSpare += (spare - this.#meanSpare) / 16;
    this.#leastSpare = Math.min(this.#leastSpare, spare);
    if (spare < 0) this.#judgedLate++;
    if (++this.#judged < judgedPackets) return;
    if (this.#leastSpare > this.#targetDelay + this.#tolerance)
      this.#leaveOut = this.#leastSpare - this.#targetDelay;
    this.#putIn = this.#judgedLate >= tooManyLate;
    this.#startJudging();
  }

  #takeFrame(frame: Int16Array): void {
    let whole = true;
    for (let index = 0; index < this.#frameSamples; index++) {
      const at = (this.#next + index) & (capacity - 1);
      if (this.#present[at]) {
        frame[index] = this.#samples[at]!;
        this.#present[at] = 0;
      } else {
        frame[index] = this.#concealment.sample(index);
        whole = false;
      }
    }
    if (whole) this.#concealment.remember(frame);
    this.#next = advanceTimestamp(this.#next, this.#frameSamples);
  }

  /** Goes on `#leaveOut` samples later, and fades from the frame that was due to the one that is there. */
  #leaveOutNow(frame: Int16Array): void {
    const between = this.#leaveOut - this.#frameSamples;
    for (let index = 0; index < between; index++) this.#present[(this.#next + index) & (capacity - 1)] = 0;
    this.#next = advanceTimestamp(this.#next, between);
    this.#leaveOut = 0;
    this.#takeFrame(this.#skipped);
    for (let index = 0; index < this.#frameSamples; index++) {
      const share = (index + 1) / this.#frameSamples;
      frame[index] = Math.round(frame[index]! * (1 - share) + this.#skipped[index]! * share);
    }
  }
}

import {timestampDistance} from '../../rtp/sequence.ts';
import {chooseSteps} from './delay-choice.ts';
import {TransitRecord} from './transit-record.ts';

/** Steps of an RTP timestamp in a ms. */
const stepsPerMs = 8;
/** Packets after which the delay is judged. */
const judgedPackets = 10;
/** Packets that are needed to know that the delay is too short, and that it is too long: one second and six. */
const leastToGrow = 50;
const leastToShrink = 300;
/** Longest delay beyond the fastest packet that is chosen, in ms. */
const longestChosen = 400;
/** Frames are not asked for on the dot; of what one is off, so much is believed. */
const smoothing = 1 / 16;
/** What is further off is a clock that was set, or a thread that stood still; ms. */
const longestOff = 100;

/**
 * Where playing is in the sender's time, and where it should be. Delays are from a sample's sending to its being heard, in
 * ms with the unknown offset of the two clocks.
 */
export class PlayingClock {
  /** When the present frame is heard, in ms: the times of asking, smoothed. */
  time = 0;
  /** The delay that sound should have. */
  goal = 0;
  readonly #frameTime: number;
  readonly #record = new TransitRecord();
  #origin = 0;
  #unjudged = 0;

  /** `frameTime` in ms. */
  constructor(frameTime: number) {
    this.#frameTime = frameTime;
  }

  /** A sender begins, with this timestamp. */
  restart(timestamp: number): void {
    this.#record.restart();
    this.#origin = timestamp;
    this.#unjudged = 0;
  }

  /** Whether packets have come since the last judgement. */
  get unjudged(): boolean {
    return this.#unjudged > 0;
  }

  /** A packet came. */
  note(sequenceNumber: number, timestamp: number, arrival: number): void {
    this.#record.note(sequenceNumber, arrival + this.delay(timestamp, 0) - this.time);
    this.#unjudged++;
  }

  /** A frame is asked for at `now`. */
  tick(now: number): void {
    const expected = this.time + this.#frameTime;
    const off = now - expected;
    this.time = Math.abs(off) > longestOff ? now : expected + off * smoothing;
  }

  /** The delay of sound with this timestamp when `waiting` ms are played before it. */
  delay(timestamp: number, waiting: number): number {
    return this.time + waiting - timestampDistance(this.#origin, timestamp) / stepsPerMs;
  }

  /**
   * Sets the goal anew when it is time to, or `atOnce`. `delay` is that of the sound to be played now, `waiting` how much
   * of it is there besides the packets, and `packetTime` the length of a packet; all in ms.
   */
  judge(delay: number, waiting: number, packetTime: number, atOnce: boolean): void {
    if (this.#record.count < leastToGrow || this.#unjudged < (atOnce ? 1 : judgedPackets)) return;
    this.#unjudged = 0;
    this.#record.judge();
    // Packets and frames meet only so often; a delay between two such times is of no more use than the lower one.
    const step = greatestCommonDivisor(this.#frameTime, packetTime);
    const surplus = waiting % step;
    const deadline = delay - surplus - (this.#frameTime - step);
    const steps = chooseSteps(this.#record, delay - surplus, deadline, step, longestChosen);
    if (steps < 0 && this.#record.count < leastToShrink) return;
    this.goal = delay - surplus + steps * step;
  }
}

/** Of numbers of ms, to a tenth of one. */
function greatestCommonDivisor(one: number, other: number): number {
  let high = Math.round(one * 10);
  let low = Math.round(other * 10);
  while (low > 0) {
    const rest = high % low;
    high = low;
    low = rest;
  }
  return high / 10;
}

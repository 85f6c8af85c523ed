import {advanceTimestamp, timestampDistance} from '../../rtp/sequence.ts';
import type {Decoder} from '../codec.ts';
import {frameTime, narrowRate} from '../frame.ts';
import {Concealment} from './concealment.ts';
import {Loudness} from './loudness.ts';
import {longestPacket, PacketQueue} from './packet-queue.ts';
import {PlayingClock} from './playing-clock.ts';
import {SoundLine} from './sound-line.ts';
import {TimeStretch} from './time-stretch.ts';

/** How long the first packet waits at least, in ms. With what is left of a frame that is what most networks need. */
const firstDelay = 50;
/** Sound that came too late while nothing else was there is still played when that costs no more delay than this; ms. */
const lateAllowed = 80;
/** A delay that is as much off is changed by a jump: sound cannot be stretched that far in good time; ms. */
const longestStretch = 250;
/** A delay that is less off is left alone, in ms. */
const tolerance = 1;
/** As much off, sound is stretched in each frame rather than in every second one; ms. */
const urgent = 60;
/** How much sound must be like itself to be stretched, and where it is urgent. */
const likeness = 0.75;
const urgentLikeness = 0.5;
/** For so long playing stands still when nothing comes; ms. */
const longestDebt = 400;
/** What sound may wait at most, in ms; what is further ahead is not taken. */
export const maxDelayMs = 750;
/** What is further behind is no late packet, but another stream; ms. */
const maxBehindMs = 1000;
/** Packets in a row that lie outside, after which playing starts over with them. */
const resyncAfter = 3;

/**
 * Puts received packets in order, decodes them and hands their sound out in frames, at the pace of the loudspeaker.
 *
 * How long packets wait is chosen by the clock so that listeners lose least; sound is stretched to get there, in pauses
 * where there are some. What is missing when its time comes is made up. Nobody knows then whether it is lost or late:
 * playing stands still at that place, in `#debt`. With the next packet the debt is paid by leaving out as much, which costs
 * nothing where a packet is lost; or it is forgiven, which gives later packets more time.
 */
export class PlayoutBuffer {
  /** Packets that came when their time had gone. */
  late = 0;
  /** Samples that were made up, and that were put in or left out by stretching. */
  concealed = 0;
  stretched = 0;
  readonly #rate: number;
  /** Samples for each step of a timestamp. */
  readonly #scale: number;
  readonly #queue = new PacketQueue();
  readonly #clock = new PlayingClock(frameTime);
  readonly #line: SoundLine;
  readonly #decoded: Int16Array;
  readonly #concealment: Concealment;
  readonly #stretch: TimeStretch;
  readonly #loudness = new Loudness();
  #state: 'empty' | 'waiting' | 'playing' = 'empty';
  /** When the first packet came, in ms. */
  #begun = 0;
  /** RTP timestamp of what is to be put at the end of the line. */
  #next = 0;
  /** Samples that were made up without going on in the sender's time. */
  #debt = 0;
  /** Length of a packet in steps of the timestamp. */
  #packetLength = 160;
  /** Mean time from a packet's coming to its being heard, in ms. */
  #meanWait = 0;
  #rested = true;
  #outside = 0;
  #outsideNext = 0;

  /** `sampleRate` is that of decoded sound: 8000 or 16000 Hz. */
  constructor(sampleRate: number) {
    this.#rate = sampleRate;
    this.#scale = sampleRate / narrowRate;
    this.#line = new SoundLine(sampleRate);
    this.#decoded = new Int16Array(longestPacket * this.#scale);
    this.#concealment = new Concealment(sampleRate);
    this.#stretch = new TimeStretch(sampleRate);
  }

  /** How long sound waits here on average, in ms. */
  get delayMs(): number {
    return this.#state === 'playing' ? Math.max(0, this.#meanWait) : 0;
  }

  /** RTP timestamp of the sound that is to be heard next, not whole where that lies between two. */
  get position(): number {
    return this.#next - this.#line.waiting / this.#scale;
  }

  /** Forgets all sound: the next packet starts over. */
  restart(): void {
    this.#state = 'empty';
    this.#queue.clear();
    this.#line.clear();
    this.#concealment.reset();
    this.#outside = 0;
  }

  /**
   * Takes the payload of a packet that came at `now` (ms): `count` bytes of `bytes` from `start` on, up to 200 ms; more is
   * cut off. `decoder` will decode it when its time comes.
   */
  put(
    bytes: Uint8Array,
    start: number,
    count: number,
    {timestamp, sequenceNumber}: {readonly timestamp: number; readonly sequenceNumber: number},
    decoder: Decoder,
    now: number,
  ): void {
    if (count === 0) return;
    if (this.#state === 'empty' || (this.#isOutside(timestamp) && this.#isNewStart(timestamp, count))) {
      this.restart();
      this.#state = 'waiting';
      this.#begun = now;
      this.#next = timestamp;
      this.#clock.restart(timestamp);
    }
    if (this.#isOutside(timestamp)) return;
    this.#outside = 0;
    this.#clock.note(sequenceNumber, timestamp, now);
    if (this.#state === 'waiting' && timestampDistance(timestamp, this.#next) > 0) this.#next = timestamp;
    if (timestampDistance(this.#next, timestamp) + count <= 0) this.late++;
    else if (this.#queue.put(bytes, start, count, timestamp, decoder, now)) this.#packetLength = count;
  }

  /** Fills `frame`, 20 ms at the rate of the sound, with what is to be heard at `now` (ms). */
  pull(frame: Int16Array, now: number): void {
    this.#clock.tick(now);
    if (this.#state === 'waiting' && now - this.#begun >= firstDelay) this.#start(now);
    if (this.#state !== 'playing') {
      frame.fill(0);
      return;
    }
    const clock = this.#clock;
    const waiting = this.#ms(this.#line.waiting);
    clock.judge(
      clock.delay(this.#next, waiting),
      waiting,
      this.#packetLength / (narrowRate / 1000),
      this.#debt > 0,
    );
    this.#fill(frame.length);
    if (this.#debt === 0) this.#approachGoal(frame.length);
    this.#line.play(frame);
    this.#loudness.hear(frame);
  }

  #start(now: number): void {
    this.#state = 'playing';
    this.#debt = 0;
    this.#clock.time = now;
    this.#clock.goal = this.#clock.delay(this.#next, 0);
    this.#meanWait = now - this.#begun;
  }

  #ms(samples: number): number {
    return (samples * 1000) / this.#rate;
  }

  /** How much later than it should the sound at the head of the line is played, in ms; negative: earlier. */
  get #off(): number {
    return this.#clock.delay(this.#next, this.#ms(this.#line.waiting)) - this.#clock.goal;
  }

  /** Sees that `count` samples wait. */
  #fill(count: number): void {
    const line = this.#line;
    while (line.waiting < count) {
      const missing = count - line.waiting;
      const slot = this.#queue.first(this.#next);
      if (slot < 0) {
        this.#conceal(missing);
        if (this.#ms(this.#debt) < longestDebt) this.#debt += missing;
        else this.#advance(missing);
        return;
      }
      const ahead = timestampDistance(this.#next, this.#queue.timestamp(slot)) * this.#scale;
      if (this.#debt > 0) this.#payDebt(ahead);
      else if (ahead <= 0) this.#decode(slot);
      else if (this.#off <= -frameTime) {
        // More delay is wanted anyway.
        this.#conceal(missing);
        return;
      } else {
        this.#conceal(Math.min(missing, ahead));
        this.#advance(Math.min(missing, ahead));
      }
    }
  }

  /** Sound is there again, `ahead` samples after the place where playing stands. */
  #payDebt(ahead: number): void {
    const perMs = this.#rate / 1000;
    let paid: number;
    if (ahead > 0) {
      const excess = Math.ceil(this.#off + frameTime / 2) * perMs;
      paid = Math.max(0, Math.min(this.#debt, ahead, excess));
    } else {
      const allowed = this.#loudness.quiet ? 0 : lateAllowed;
      const frames = Math.ceil((this.#off - allowed - tolerance) / frameTime);
      paid = Math.max(0, Math.min(this.#debt, frames * frameTime * perMs));
    }
    this.#advance(paid);
    this.late += this.#queue.dropBefore(this.#next);
    this.#debt = ahead > 0 && paid === ahead ? this.#debt - paid : 0;
  }

  #advance(samples: number): void {
    this.#next = advanceTimestamp(this.#next, samples / this.#scale);
  }

  #conceal(count: number): void {
    this.#concealment.fill(this.#line, count);
    this.concealed += count;
  }

  /** Puts the packet in `slot` at the end of the line, but what of it is over already. */
  #decode(slot: number): void {
    const queue = this.#queue;
    const length = queue.length(slot);
    const over = timestampDistance(queue.timestamp(slot), this.#next);
    queue.decoder(slot).decode(queue.take(slot), 0, length, this.#decoded);
    const count = (length - over) * this.#scale;
    const wait = this.#clock.time + this.#ms(this.#line.waiting) - queue.arrival(slot);
    this.#meanWait += (wait - this.#meanWait) / 16;
    const at = this.#line.extend(count);
    for (let index = 0; index < count; index++) {
      this.#line.samples[at + index] = this.#decoded[over * this.#scale + index]!;
    }
    this.#concealment.return(this.#line, at, count);
    this.#next = advanceTimestamp(this.#next, length - over);
  }

  /** Stretches what is to be played next towards the delay that it should have, and sees that a frame waits. */
  #approachGoal(count: number): void {
    const off = this.#off;
    if (Math.abs(off) < tolerance) return;
    if (off > longestStretch) {
      this.#jump(off, count);
      return;
    }
    const quiet = this.#loudness.isQuiet(this.#line, count);
    const hasty = Math.abs(off) > urgent;
    if (!quiet && !hasty && !this.#rested) {
      this.#rested = true;
      return;
    }
    const like = quiet ? 0 : hasty ? urgentLikeness : likeness;
    const samples = Math.floor((Math.abs(off) * this.#rate) / 1000);
    let changed: number;
    if (off > 0) {
      this.#decodeMore(this.#stretch.wanted);
      changed = this.#stretch.shorten(this.#line, samples, like);
      this.#fill(count);
    } else {
      changed = this.#stretch.lengthen(this.#line, samples + 1, like);
    }
    if (changed > 0) this.#rested = false;
    this.stretched += changed;
  }

  #decodeMore(count: number): void {
    while (this.#line.waiting < count) {
      const slot = this.#queue.first(this.#next);
      if (slot < 0 || timestampDistance(this.#next, this.#queue.timestamp(slot)) > 0) return;
      this.#decode(slot);
    }
  }

  /** Leaves out `off` ms from the head of the line on. */
  #jump(off: number, count: number): void {
    const line = this.#line;
    this.#advance(Math.ceil(off) * (this.#rate / 1000) - line.waiting);
    line.end = line.head;
    this.late += this.#queue.dropBefore(this.#next);
    const joint = count >> 2;
    this.#conceal(joint);
    this.#advance(joint);
    this.#fill(count);
  }

  #isOutside(timestamp: number): boolean {
    const ahead = timestampDistance(this.#next, timestamp) / (narrowRate / 1000);
    return ahead > maxDelayMs || ahead < -maxBehindMs;
  }

  /** Whether packets that lie outside follow on each other: then it is the sender who has jumped. */
  #isNewStart(timestamp: number, count: number): boolean {
    const gap = timestampDistance(this.#outsideNext, timestamp);
    this.#outside = gap >= 0 && gap < narrowRate ? this.#outside + 1 : 1;
    this.#outsideNext = advanceTimestamp(timestamp, count);
    return this.#outside >= resyncAfter;
  }
}

import {advanceTimestamp, timestampDistance} from '../../rtp/sequence.ts';
import type {Decoder} from '../codec.ts';
import {frameTime, narrowRate} from '../frame.ts';
import {ComfortNoise, longestDescription} from './comfort-noise.ts';
import {Concealment} from './concealment.ts';
import {GapBridge} from './gap-bridge.ts';
import {Loudness} from './loudness.ts';
import {longestPacket, PacketQueue} from './packet-queue.ts';
import {PlayingClock} from './playing-clock.ts';
import {SoundLine} from './sound-line.ts';
import {StreamStart} from './stream-start.ts';
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

/** What the header of a packet says of its place. */
export interface PacketPlace {
  readonly timestamp: number;
  readonly sequenceNumber: number;
  /** The sender has paused before it (RFC 3551 section 4.1). */
  readonly marker?: boolean;
}

/**
 * Puts received packets in order, decodes them and hands their sound out in frames, at the pace of the loudspeaker.
 *
 * How long packets wait is chosen by the clock so that listeners lose least; sound is stretched to get there, in pauses
 * where there are some. What is missing when its time comes is made up. Nobody knows then whether it is lost or late:
 * playing stands still at that place, in `#debt`. With the next packet the debt is paid by leaving out as much, which costs
 * nothing where a packet is lost; or it is forgiven, which gives later packets more time.
 *
 * Where the sender describes the noise of a pause, that noise is no loss and may have any length.
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
  readonly #bridge: GapBridge;
  readonly #stretch: TimeStretch;
  readonly #loudness = new Loudness();
  readonly #noise: ComfortNoise;
  /** The decoder of packets that describe noise: they have no sound. */
  readonly #describe: Decoder = {
    decode: (bytes, start, count) => this.#noise.describe(bytes, start, count),
  };
  readonly #streamStart = new StreamStart();
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

  /** `sampleRate` is that of decoded sound: 8000 or 16000 Hz. */
  constructor(sampleRate: number) {
    this.#rate = sampleRate;
    this.#scale = sampleRate / narrowRate;
    this.#line = new SoundLine(sampleRate);
    this.#decoded = new Int16Array(longestPacket * this.#scale);
    this.#concealment = new Concealment(sampleRate);
    this.#bridge = new GapBridge(sampleRate);
    this.#noise = new ComfortNoise(sampleRate);
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
    this.#noise.end();
  }

  /**
   * Takes the payload of a packet that came at `now` (ms): `count` bytes of `bytes` from `start` on, up to 200 ms; more is
   * cut off. `decoder` will decode it when its time comes.
   */
  put(
    bytes: Uint8Array,
    start: number,
    count: number,
    header: PacketPlace,
    decoder: Decoder,
    now: number,
  ): void {
    if (count === 0) return;
    const {timestamp} = header;
    const describes = decoder === this.#describe;
    const duration = describes ? 0 : count;
    if (this.#isNewStart(header, duration, now)) this.#begin(timestamp, now);
    if (this.#isOutside(timestamp)) return;
    this.#streamStart.note(timestamp, duration, now);
    this.#clock.note(header.sequenceNumber, timestamp, now);
    if (this.#state === 'waiting' && timestampDistance(timestamp, this.#next) > 0) this.#next = timestamp;
    if (timestampDistance(this.#next, timestamp) + count <= 0) {
      if (!describes) this.late++;
      else if (this.#queue.first(this.#next) < 0) this.#noise.describe(bytes, start, count);
    } else if (this.#queue.put(bytes, start, count, timestamp, decoder, now) && !describes) {
      this.#packetLength = count;
    }
  }

  /**
   * Takes a packet that describes the noise from its timestamp to the next packet of sound (RFC 3389): `count` bytes of
   * `bytes` from `start` on.
   */
  putNoise(bytes: Uint8Array, start: number, count: number, header: PacketPlace, now: number): void {
    this.put(bytes, start, Math.min(count, longestDescription), header, this.#describe, now);
  }

  /** Fills `frame`, 20 ms at the rate of the sound, with what is to be heard at `now` (ms). */
  pull(frame: Int16Array, now: number): void {
    this.#clock.tick(now);
    if (this.#state === 'waiting' && now - this.#begun >= firstDelay) this.#start(now);
    if (this.#state !== 'playing') {
      // A sender that begins anew after a pause has been waited for in its noise.
      if (this.#noise.active) {
        this.#fillNoise(frame.length);
        this.#line.play(frame);
      } else frame.fill(0);
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
    if (this.#debt === 0 && !this.#noise.active) this.#approachGoal(frame.length);
    this.#line.play(frame);
    this.#loudness.hear(frame);
  }

  /** Waits for the sound from `timestamp` on; the noise of a pause goes on meanwhile. */
  #begin(timestamp: number, now: number): void {
    this.#queue.clear();
    this.#line.clear();
    this.#concealment.reset();
    this.#state = 'waiting';
    this.#begun = now;
    this.#next = timestamp;
    this.#clock.restart(timestamp);
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
        if (this.#noise.active) this.#fillNoise(missing);
        else this.#conceal(missing);
        if (this.#ms(this.#debt) < longestDebt) this.#debt += missing;
        else this.#advance(missing);
        return;
      }
      const ahead = timestampDistance(this.#next, this.#queue.timestamp(slot)) * this.#scale;
      if (this.#noise.active && ahead > 0) this.#pause(missing, ahead);
      else if (ahead <= 0 && this.#isNoise(slot)) this.#decode(slot);
      else if (this.#debt > 0) this.#payDebt(ahead);
      else if (ahead <= 0) this.#decode(slot);
      else if (this.#off <= -frameTime) {
        // More delay is wanted anyway.
        this.#conceal(missing);
        return;
      } else if (this.#isBridgeable(slot, ahead)) this.#bridgeTo(slot, ahead);
      else {
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

  /** There is noise for the next `ahead` samples of the sender's: it is made as long as the delay that is wanted needs it. */
  #pause(missing: number, ahead: number): void {
    this.#debt = 0;
    const perMs = this.#rate / 1000;
    const skipped = Math.max(0, Math.min(ahead, Math.floor(this.#off) * perMs));
    this.#advance(skipped);
    const count = Math.min(missing, ahead - skipped);
    if (this.#off < -tolerance) this.#fillNoise(missing);
    else if (count > 0) {
      this.#fillNoise(count);
      this.#advance(count);
    }
  }

  #fillNoise(count: number): void {
    const at = this.#noise.fill(this.#line, count);
    this.#concealment.return(this.#line, at, count);
  }

  #advance(samples: number): void {
    this.#next = advanceTimestamp(this.#next, samples / this.#scale);
  }

  #conceal(count: number): void {
    this.#concealment.fill(this.#line, count);
    this.concealed += count;
  }

  /** Whether no more than one packet is missing before the one in `slot`: of several some may still come. */
  #isBridgeable(slot: number, ahead: number): boolean {
    const packet = this.#packetLength * this.#scale;
    return ahead <= Math.min(packet, this.#bridge.longest) && !this.#isNoise(slot);
  }

  #isNoise(slot: number): boolean {
    return this.#queue.decoder(slot) === this.#describe;
  }

  /** Puts the packet in `slot` at the end of the line, and makes up the `ahead` samples that are missing before it. */
  #bridgeTo(slot: number, ahead: number): void {
    const line = this.#line;
    line.extend(ahead);
    this.#advance(ahead);
    this.concealed += ahead;
    this.#concealment.reset();
    const waiting = line.waiting;
    this.#decode(slot);
    const there = line.waiting - waiting;
    this.#bridge.fill(line, line.end - there - ahead, ahead, there);
  }

  /** Puts the packet in `slot` at the end of the line, but what of it is over already. */
  #decode(slot: number): void {
    const queue = this.#queue;
    const length = queue.length(slot);
    if (this.#isNoise(slot)) {
      if (!this.#noise.active) this.#concealment.lead(this.#line);
      this.#describe.decode(queue.take(slot), 0, length, this.#decoded);
      return;
    }
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
    this.#noise.return(this.#line, at, count);
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

  #isNewStart({timestamp, marker = false}: PacketPlace, count: number, now: number): boolean {
    if (this.#state === 'empty') return true;
    if (this.#isOutside(timestamp)) return this.#streamStart.isElsewhere(timestamp, count, marker);
    return this.#debt > 0 && this.#streamStart.stoodStill(timestamp, count, marker, now);
  }
}

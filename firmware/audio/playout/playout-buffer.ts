import {timestampDistance} from '../../rtp/sequence.ts';
import type {Decoder} from '../codec.ts';
import {frameTime, narrowRate} from '../frame.ts';
import {longestDescription} from './comfort-noise.ts';
import {DelayChange} from './delay-change.ts';
import {LineFiller} from './line-filler.ts';
import {type PacketPlace, PacketQueue} from './packet-queue.ts';
import {PlayingClock} from './playing-clock.ts';
import {StreamStart} from './stream-start.ts';

/** How long the first packet waits at least, in ms. With what is left of a frame that is what most networks need. */
const firstDelay = 50;
/** Sound that came too late while nothing else was there is still played when that costs no more delay than this; ms. */
const lateAllowed = 80;
/** A delay that is less off is left alone, in ms. */
const tolerance = 1;
/** A delay that is as much off is changed by a jump: sound cannot be stretched that far in good time; ms. */
const longestStretch = 250;
/** For so long playing stands still when nothing comes; ms. */
const longestDebt = 400;
/** What sound may wait at most, in ms; what is further ahead is not taken. */
export const maxDelayMs = 750;
/** What is further behind is no late packet, but another stream; ms. */
const maxBehindMs = 1000;

/**
 * Puts received packets in order, decodes them and hands their sound out in frames, at the pace of the loudspeaker.
 *
 * How long packets wait is chosen by the clock so that listeners lose least; sound is stretched to get there, in pauses
 * where there are some. What is missing when its time comes is made up. Nobody knows then whether it is lost or late:
 * playing stands still at that place, in `#debt`. With the next packet the debt is paid by leaving out as much, which costs
 * nothing where a packet is lost; or it is forgiven, which gives later packets more time. Where packets come so much later for good
 * that all their times have gone, playing starts over with them.
 *
 * Where the sender describes the noise of a pause, that noise is no loss and may have any length.
 */
export class PlayoutBuffer {
  /** Packets that came when their time had gone. */
  late = 0;
  readonly #perMs: number;
  /** Samples for each step of a timestamp. */
  readonly #scale: number;
  readonly #queue = new PacketQueue();
  readonly #clock = new PlayingClock(frameTime);
  readonly #filler: LineFiller;
  readonly #change: DelayChange;
  readonly #streamStart = new StreamStart();
  readonly #countLate: (sequenceNumber: number) => void;
  #state: 'empty' | 'waiting' | 'playing' = 'empty';
  /** When the first packet came, in ms. */
  #begun = 0;
  /** Samples that were made up without going on in the sender's time. */
  #debt = 0;
  /** Length of a packet in steps of the timestamp. */
  #packetLength = 160;

  /** `sampleRate` is that of decoded sound: 8000 or 16000 Hz. `onLate` is told of each packet that counts as late. */
  constructor(sampleRate: number, onLate: (sequenceNumber: number) => void = () => {}) {
    this.#countLate = (sequenceNumber) => {
      this.late++;
      onLate(sequenceNumber);
    };
    this.#perMs = sampleRate / 1000;
    this.#scale = sampleRate / narrowRate;
    this.#filler = new LineFiller(sampleRate, this.#queue, this.#clock);
    this.#change = new DelayChange(sampleRate);
  }

  /** Samples that were made up. */
  get concealed(): number {
    return this.#filler.concealed;
  }

  /** Samples that were put in or left out by stretching. */
  get stretched(): number {
    return this.#change.stretched;
  }

  /** How long sound waits here on average, in ms. */
  get delayMs(): number {
    return this.#state === 'playing' ? Math.max(0, this.#filler.meanWait) : 0;
  }

  /** RTP timestamp of the sound that is to be heard next, not whole where that lies between two. */
  get position(): number {
    return this.#filler.next - this.#filler.line.waiting / this.#scale;
  }

  /** Forgets all sound: the next packet starts over. */
  restart(): void {
    this.#state = 'empty';
    this.#queue.clear();
    this.#filler.restart(0);
    this.#filler.noise.end();
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
    if (count === 0 || !this.#takes(header, count, now)) return;
    if (this.#isLate(header.timestamp, count)) this.#countLate(header.sequenceNumber);
    else if (this.#queue.put(bytes, start, count, header, decoder, now)) this.#packetLength = count;
  }

  /**
   * Takes a packet that describes the noise from its timestamp to the next packet of sound (RFC 3389): `count` bytes of
   * `bytes` from `start` on.
   */
  putNoise(bytes: Uint8Array, start: number, count: number, header: PacketPlace, now: number): void {
    if (count === 0 || !this.#takes(header, 0, now)) return;
    const {next} = this.#filler;
    // Sound that waits is newer than what is described too late.
    if (timestampDistance(next, header.timestamp) < 0 && this.#queue.first(next) >= 0) return;
    const length = Math.min(count, longestDescription);
    this.#queue.put(bytes, start, length, header, undefined, now);
  }

  /** Fills `frame`, 20 ms at the rate of the sound, with what is to be heard at `now` (ms). */
  pull(frame: Int16Array, now: number): void {
    this.#clock.tick(now);
    if (this.#state === 'waiting' && now - this.#begun >= firstDelay) this.#start(now);
    const {line, noise} = this.#filler;
    if (this.#state !== 'playing') {
      // A sender that begins anew after a pause has been waited for in its noise.
      if (noise.active) {
        this.#filler.addNoise(frame.length);
        line.play(frame);
      } else frame.fill(0);
      return;
    }
    const packetTime = this.#packetLength / (narrowRate / 1000);
    this.#clock.judge(this.#delay, line.waiting / this.#perMs, packetTime, this.#debt > 0);
    this.#fill(frame.length);
    if (this.#debt === 0 && !noise.active) this.#approachGoal(frame.length);
    line.play(frame);
    this.#change.hear(frame);
  }

  /** Whether a packet of `duration` steps of the timestamp belongs to what is played, or begins it. */
  #takes(header: PacketPlace, duration: number, now: number): boolean {
    const {timestamp, sequenceNumber} = header;
    if (this.#isNewStart(header, duration, now)) this.#begin(timestamp, now);
    if (this.#isOutside(timestamp)) return false;
    this.#streamStart.note(timestamp, duration, this.#filler.packets, now);
    this.#clock.note(sequenceNumber, timestamp, now);
    const filler = this.#filler;
    if (this.#state === 'waiting' && timestampDistance(timestamp, filler.next) > 0) filler.next = timestamp;
    return true;
  }

  #isNewStart({timestamp, marker = false}: PacketPlace, duration: number, now: number): boolean {
    if (this.#state === 'empty') return true;
    if (this.#isOutside(timestamp)) return this.#streamStart.isElsewhere(timestamp, duration, marker);
    // A description of noise, which has no duration, is of use however late it is.
    if (duration > 0 && this.#isLate(timestamp, duration) && this.#streamStart.isLateForGood) return true;
    return this.#debt > 0 && this.#streamStart.stoodStill(timestamp, duration, marker, now);
  }

  /** Whether sound that lasts `duration` steps of the timestamp comes when its time has gone. */
  #isLate(timestamp: number, duration: number): boolean {
    return timestampDistance(this.#filler.next, timestamp) + duration <= 0;
  }

  #isOutside(timestamp: number): boolean {
    const ahead = timestampDistance(this.#filler.next, timestamp) / (narrowRate / 1000);
    return ahead > maxDelayMs || ahead < -maxBehindMs;
  }

  /** Waits for the sound from `timestamp` on; the noise of a pause goes on meanwhile. */
  #begin(timestamp: number, now: number): void {
    this.#queue.clear();
    this.#filler.restart(timestamp);
    this.#state = 'waiting';
    this.#begun = now;
    this.#clock.restart(timestamp);
  }

  #start(now: number): void {
    this.#state = 'playing';
    this.#debt = 0;
    this.#clock.time = now;
    this.#clock.goal = this.#clock.delay(this.#filler.next, 0);
    this.#filler.meanWait = now - this.#begun;
  }

  /** The delay of the sound at the head of the line, in ms. */
  get #delay(): number {
    return this.#clock.delay(this.#filler.next, this.#filler.line.waiting / this.#perMs);
  }

  /** How much later than it should that sound is played, in ms; negative: earlier. */
  get #off(): number {
    return this.#delay - this.#clock.goal;
  }

  /** Sees that `count` samples wait. */
  #fill(count: number): void {
    const filler = this.#filler;
    const {line, noise} = filler;
    while (line.waiting < count) {
      const missing = count - line.waiting;
      const slot = this.#queue.first(filler.next);
      if (slot < 0) {
        this.#standStill(missing);
        return;
      }
      const ahead = filler.ahead(slot);
      const describes = this.#queue.decoder(slot) === undefined;
      if (noise.active && ahead > 0) this.#pause(missing, ahead);
      else if (describes && ahead <= 0) filler.add(slot);
      else if (this.#debt > 0) this.#payDebt(ahead);
      else if (ahead <= 0) filler.add(slot);
      else if (this.#off <= -frameTime) {
        // More delay is wanted anyway.
        filler.conceal(missing);
        return;
      } else if (!describes && this.#isOnePacket(ahead) && filler.canBridge(ahead))
        filler.bridgeTo(slot, ahead);
      else {
        filler.conceal(Math.min(missing, ahead));
        filler.advance(Math.min(missing, ahead));
      }
    }
  }

  /** Nothing is there: `missing` samples are made up, or of the noise of a pause. */
  #standStill(missing: number): void {
    const filler = this.#filler;
    if (filler.noise.active) filler.addNoise(missing);
    else filler.conceal(missing);
    if (this.#debt / this.#perMs < longestDebt) this.#debt += missing;
    else filler.advance(missing);
  }

  /** Sound is there again, `ahead` samples after the place where playing stands. */
  #payDebt(ahead: number): void {
    const perMs = this.#perMs;
    let paid: number;
    if (ahead > 0) {
      const excess = Math.ceil(this.#off + frameTime / 2) * perMs;
      paid = Math.max(0, Math.min(this.#debt, ahead, excess));
    } else {
      const allowed = this.#change.quiet ? 0 : lateAllowed;
      const frames = Math.ceil((this.#off - allowed - tolerance) / frameTime);
      paid = Math.max(0, Math.min(this.#debt, frames * frameTime * perMs));
    }
    this.#filler.advance(paid);
    this.#queue.dropBefore(this.#filler.next, this.#countLate);
    this.#debt = ahead > 0 && paid === ahead ? this.#debt - paid : 0;
  }

  /** There is noise for the next `ahead` samples of the sender's: it is made as long as the delay that is wanted needs it. */
  #pause(missing: number, ahead: number): void {
    this.#debt = 0;
    const filler = this.#filler;
    const skipped = Math.max(0, Math.min(ahead, Math.floor(this.#off) * this.#perMs));
    filler.advance(skipped);
    const count = Math.min(missing, ahead - skipped);
    if (this.#off < -tolerance) filler.addNoise(missing);
    else if (count > 0) {
      filler.addNoise(count);
      filler.advance(count);
    }
  }

  /** Whether no more than one packet is missing: of several some may still come. */
  #isOnePacket(samples: number): boolean {
    return samples <= this.#packetLength * this.#scale;
  }

  /** Changes what is to be played next towards the delay that it should have, and sees that a frame waits. */
  #approachGoal(count: number): void {
    const off = this.#off;
    if (Math.abs(off) < tolerance) return;
    const {line} = this.#filler;
    if (off > longestStretch) this.#jump(off, count);
    else if (this.#change.mayStretch(line, off, count)) {
      if (off > 0) this.#filler.addWaiting(this.#change.wanted);
      this.#change.stretch(line, off);
      this.#fill(count);
    }
  }

  /** Leaves out `off` ms from the head of the line on. */
  #jump(off: number, count: number): void {
    const filler = this.#filler;
    filler.advance(Math.ceil(off) * this.#perMs - filler.line.waiting);
    filler.line.end = filler.line.head;
    this.#queue.dropBefore(filler.next, this.#countLate);
    const joint = count >> 2;
    filler.conceal(joint);
    filler.advance(joint);
    this.#fill(count);
  }
}

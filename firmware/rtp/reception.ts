import type {RtpHeader} from './packet.ts';
import {LossPattern} from './rtcp/loss-pattern.ts';
import {nextSequence, sequenceDistance} from './sequence.ts';

/** Sequence numbers further ahead than this are a restarted sender, not loss (RFC 3550 A.1, MAX_DROPOUT). */
const maxDropout = 3000;
/** Sequence numbers further back than this are a restarted sender, not disorder (RFC 3550 A.1, MAX_MISORDER). */
const maxMisorder = 100;

/**
 * What has come of one sender's packets: counts of RFC 3550 appendix A.1 and A.3 with duplicates told
 * apart, and the interarrival jitter of appendix A.8. Counts go on over a change of the sender's SSRC.
 */
export class Reception {
  /** Packets that came and were used, each sequence number once. */
  received = 0;
  /** Packets whose sequence number had come before. */
  duplicates = 0;
  /** Packets whose sequence number was far from all others. */
  strays = 0;
  /** How losses are spread; it is told of packets that came too late by whoever plays them. */
  readonly pattern = new LossPattern();
  /** Highest sequence number so far. */
  #highest = 0;
  /** How often the present sender's sequence numbers have wrapped, in the upper 16 bits. */
  #cycles = 0;
  /** Packets that came and were not used. */
  #unused = 0;
  /** What was expected and had arrived when the present sender began. */
  #expectedBefore = 0;
  #arrivedBefore = 0;
  /** Sequence numbers from the sender's first to its highest. */
  #expected = 0;
  /** The last 128 sequence numbers up to the highest: which of them came; bit by sequence number. */
  readonly #seen = new Uint32Array(4);
  #jitter = 0;
  #transit = 0;
  #transitKnown = false;
  #started = false;
  /** The number that must come next for a sender to be believed that he has restarted; undefined: any. */
  #restartNext: number | undefined;
  readonly #clockRate: number;

  /** `clockRate` is that of the RTP timestamps, in Hz. */
  constructor(clockRate: number) {
    this.#clockRate = clockRate;
  }

  /** Packets missing so far: expected less arrived, never negative. */
  get lost(): number {
    return Math.max(0, this.#expected - this.arrived);
  }

  /** Packets that came, used or not: none of them was lost. */
  get arrived(): number {
    return this.received + this.#unused;
  }

  /** Packets that should have come so far. */
  get expected(): number {
    return this.#expected;
  }

  /** Packets of the present sender that are missing; negative where more came than were expected. */
  get lostOfSender(): number {
    return this.#expected - this.#expectedBefore - (this.arrived - this.#arrivedBefore);
  }

  /** The highest sequence number with the count of its wraps in the upper 16 bits (RFC 3550 section 6.4.1). */
  get extendedHighest(): number {
    return (this.#cycles + this.#highest) >>> 0;
  }

  /** Interarrival jitter in units of the RTP timestamp. */
  get jitter(): number {
    return Math.floor(this.#jitter);
  }

  /** Interarrival jitter (RFC 3550 section 6.4.1) in ms. */
  get jitterMs(): number {
    return (this.#jitter * 1000) / this.#clockRate;
  }

  /** A new sender begins (another SSRC): sequence numbers and timestamps start over, the counts go on. */
  restart(): void {
    this.#started = false;
    this.#restartNext = undefined;
    this.#transitKnown = false;
    this.pattern.restart();
  }

  /**
   * Counts a packet that came at `now` (ms). Returns false for one to be dropped: its sequence number came before, or is far
   * from all others, which is believed when the next one follows on it.
   * Only a packet of media moves the jitter: telephone-event packets repeat a timestamp on purpose.
   */
  count(header: RtpHeader, now: number, isMedia: boolean): boolean {
    if (this.#isStray(header.sequenceNumber)) {
      this.strays++;
      return false;
    }
    if (!this.#countSequence(header.sequenceNumber)) {
      this.duplicates++;
      return false;
    }
    this.received++;
    this.pattern.arrive(header.sequenceNumber);
    if (isMedia) this.#measureJitter(header.timestamp, now);
    return true;
  }

  /** A packet came that is not used, for nobody knows its payload type (RFC 3550 section 5.1): its number is not lost. */
  pass({sequenceNumber}: RtpHeader): void {
    if (this.#isStray(sequenceNumber) || !this.#countSequence(sequenceNumber)) return;
    this.#unused++;
    this.pattern.arrive(sequenceNumber);
  }

  /** Whether a number is far from all others, and not yet the second in a row that is (RFC 3550 A.1, `bad_seq`). */
  #isStray(sequenceNumber: number): boolean {
    if (!this.#started || !isFar(sequenceDistance(this.#highest, sequenceNumber))) {
      this.#restartNext = undefined;
      return false;
    }
    const follows = sequenceNumber === this.#restartNext;
    this.#restartNext = follows ? undefined : nextSequence(sequenceNumber);
    return !follows;
  }

  #countSequence(sequenceNumber: number): boolean {
    const ahead = sequenceDistance(this.#highest, sequenceNumber);
    if (!this.#started || isFar(ahead)) {
      this.#started = true;
      this.#transitKnown = false;
      this.#seen.fill(0);
      this.#cycles = 0;
      this.#expectedBefore = this.#expected;
      this.#arrivedBefore = this.arrived;
      this.#highest = sequenceNumber;
      this.#expected++;
      this.#mark(sequenceNumber);
      return true;
    }
    if (ahead > 0) {
      for (let step = 1; step <= Math.min(ahead, 128); step++) this.#unmark(this.#highest + step);
      if (sequenceNumber < this.#highest) this.#cycles += 0x10000;
      this.#highest = sequenceNumber;
      this.#expected += ahead;
    } else if (this.#isMarked(sequenceNumber)) {
      return false;
    }
    this.#mark(sequenceNumber);
    return true;
  }

  #measureJitter(timestamp: number, now: number): void {
    // The difference of transit times is what counts, so their common offset may be anything that wraps with them.
    const transit = (Math.round((now * this.#clockRate) / 1000) - timestamp) | 0;
    if (this.#transitKnown) {
      const change = Math.abs((transit - this.#transit) | 0);
      this.#jitter += (Math.min(change, this.#clockRate) - this.#jitter) / 16;
    }
    this.#transit = transit;
    this.#transitKnown = true;
  }

  #mark(sequenceNumber: number): void {
    this.#seen[(sequenceNumber >> 5) & 3]! |= 1 << (sequenceNumber & 31);
  }

  #unmark(sequenceNumber: number): void {
    this.#seen[(sequenceNumber >> 5) & 3]! &= ~(1 << (sequenceNumber & 31));
  }

  #isMarked(sequenceNumber: number): boolean {
    return (this.#seen[(sequenceNumber >> 5) & 3]! & (1 << (sequenceNumber & 31))) !== 0;
  }
}

function isFar(ahead: number): boolean {
  return ahead > maxDropout || ahead < -maxMisorder;
}

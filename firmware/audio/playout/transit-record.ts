import {sequenceDistance} from '../../rtp/sequence.ts';

/** Packets that are remembered: half a minute of the usual ones. */
const remembered = 1500;
/** The last packets, some 50, count for up to five times as much: trouble comes in spells. */
const emphasis = 4;
const emphasisPackets = 50;
/** Longest delay that is told apart, in ms beyond the fastest packet; slower ones never came in time. */
export const longestDelay = 512;
/** Sequence numbers that jump further are a restarted sender's (RFC 3550 A.1). */
const maxJump = 3000;
const never = Number.POSITIVE_INFINITY;

/** What a packet counts, by its age in packets. */
const weights = Float64Array.from(
  {length: remembered},
  (_, age) => 1 + emphasis * Math.exp(-age / emphasisPackets),
);

/**
 * How long the last packets were under way: tells for each delay that sound could be played with how much would have
 * come too late for it, and whether alone or in bursts. Only differences of the transit times count, so they may
 * contain any offset between two clocks.
 */
export class TransitRecord {
  /** By place in a circle, in ms; `never` for a packet that has not come. */
  readonly #transits = new Float64Array(remembered).fill(never);
  /** Weight of the packets that were missing at a delay of so many ms, and of those with which a loss began. */
  readonly #missing = new Float64Array(longestDelay + 1);
  readonly #begun = new Float64Array(longestDelay + 1);
  #weight = 1;
  #fastest = 0;
  #count = 0;
  /** Place and number of the packet with the highest sequence number. */
  #newest = 0;
  #highest = 0;

  /** How many packets are remembered, those included that did not come. */
  get count(): number {
    return this.#count;
  }

  /** The least transit time, in ms, as of the last `judge`. */
  get fastest(): number {
    return this.#fastest;
  }

  /** Forgets everything: another sender begins. */
  restart(): void {
    this.#count = 0;
  }

  /** Takes a packet that was `transit` ms under way; of several with one number the first counts. */
  note(sequenceNumber: number, transit: number): void {
    let ahead = sequenceDistance(this.#highest, sequenceNumber);
    if (this.#count === 0 || Math.abs(ahead) > maxJump) {
      this.#count = 0;
      this.#highest = (sequenceNumber - 1) & 0xffff;
      ahead = 1;
    }
    if (ahead > 0) {
      for (let step = Math.max(1, ahead - remembered); step < ahead; step++) {
        this.#transits[(this.#newest + step) % remembered] = never;
      }
      this.#newest = (this.#newest + ahead) % remembered;
      this.#highest = sequenceNumber;
      this.#count = Math.min(remembered, this.#count + ahead);
      this.#transits[this.#newest] = transit;
    } else if (-ahead < this.#count) {
      const place = (this.#newest + ahead + remembered) % remembered;
      if (this.#transits[place] === never) this.#transits[place] = transit;
    }
  }

  /** Looks over all that is remembered; what is asked afterwards is answered from that. */
  judge(): void {
    const transits = this.#transits;
    const oldest = (this.#newest - this.#count + 1 + remembered) % remembered;
    let fastest = never;
    for (let index = 0; index < this.#count; index++) {
      fastest = Math.min(fastest, transits[(oldest + index) % remembered]!);
    }
    this.#fastest = fastest === never ? 0 : fastest;
    this.#missing.fill(0);
    this.#begun.fill(0);
    this.#weight = 0;
    let previous = 0;
    for (let index = 0; index < this.#count; index++) {
      const weight = weights[this.#count - 1 - index]!;
      const transit = transits[(oldest + index) % remembered]!;
      // In time from this delay on.
      const enough = Math.min(longestDelay, Math.ceil(transit - this.#fastest));
      this.#weight += weight;
      this.#missing[enough]! += weight;
      if (enough > previous) {
        // With delays between the two, a loss begins here.
        this.#begun[previous]! += weight;
        this.#begun[enough]! -= weight;
      }
      previous = enough;
    }
    this.#sumUp();
  }

  /** Percentage of packets that would have been missing with a delay of `delay` ms beyond the fastest packet. */
  lossPercent(delay: number): number {
    return delay < 0 ? 100 : (100 * this.#missing[bin(delay)]!) / this.#weight;
  }

  /** How long their losses in a row would have been, as a multiple of what random loss has (ITU-T G.107). */
  burstRatio(delay: number): number {
    const at = bin(delay);
    const begun = this.#begun[at]!;
    if (delay < 0 || begun <= 0) return 1;
    const missing = this.#missing[at]!;
    return Math.max(1, (missing / begun) * (1 - missing / this.#weight));
  }

  /** From counts at each delay to counts of all that need more, and of all losses that have begun. */
  #sumUp(): void {
    let missing = 0;
    for (let delay = longestDelay; delay >= 0; delay--) {
      const here = this.#missing[delay]!;
      this.#missing[delay] = missing;
      missing += here;
    }
    // What never came is missing with the longest delay too.
    let begun = 0;
    for (let delay = 0; delay <= longestDelay; delay++) {
      begun += this.#begun[delay]!;
      this.#begun[delay] = begun;
    }
  }
}

function bin(delay: number): number {
  return Math.max(0, Math.min(longestDelay - 1, Math.floor(delay)));
}

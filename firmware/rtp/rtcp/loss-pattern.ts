import {nextSequence, sequenceDistance} from '../sequence.ts';

/** Packets in a row that must have come before and after a loss for it to lie in a gap (RFC 3611 section 4.7.2). */
export const gapMinimum = 16;
/** A packet may come so many places late before it counts as lost. */
const patience = 32;
/** A power of two, more than `patience`. */
const remembered = 64;
/** Sequence numbers that jump further are a restarted sender's (RFC 3550 A.1). */
const maxJump = 3000;

const missing = 0;
const played = 1;
const discarded = 2;

/** How the packets that a listener missed are spread; rates and densities in 1/256, durations in packets. */
export interface LossFigures {
  readonly lossRate: number;
  readonly discardRate: number;
  readonly burstDensity: number;
  readonly gapDensity: number;
  readonly burstLength: number;
  readonly gapLength: number;
  /** How long losses in a row are on average, as a multiple of what random loss would have (ITU-T G.107); 1 or more. */
  readonly burstRatio: number;
}

/**
 * Whether losses come alone or in bursts: the four-state model of RFC 3611 section 4.7.2 and appendix A.2. State 1
 * is a gap in which packets come, 4 a lone loss in it, 3 a loss in a burst, 2 packets that come between losses of a
 * burst; `c13` counts how often 1 was followed by 3. Packets are judged in their order, once they have had time to come.
 */
export class LossPattern {
  readonly #states = new Uint8Array(remembered);
  #started = false;
  /** The next sequence number to judge. */
  #next = 0;
  #highest = 0;
  #expected = 0;
  #lost = 0;
  #discarded = 0;
  /** Losses in a row, however many. */
  #spells = 0;
  /** Packets that came since the last loss. */
  #run = 0;
  /** Losses of the present burst; 1 for a lone one. */
  #burst = 0;
  #c11 = 0;
  #c13 = 0;
  #c14 = 0;
  #c22 = 0;
  #c23 = 0;
  #c33 = 0;

  /** A packet came. */
  arrive(sequenceNumber: number): void {
    const ahead = sequenceDistance(this.#highest, sequenceNumber);
    if (!this.#started || Math.abs(ahead) > maxJump) {
      this.#started = true;
      this.#states.fill(missing);
      this.#next = sequenceNumber;
      this.#highest = sequenceNumber;
    }
    if (ahead > 0) this.#highest = sequenceNumber;
    while (sequenceDistance(this.#next, this.#highest) >= patience) this.#judgeNext();
    if (sequenceDistance(this.#next, sequenceNumber) < 0) return;
    this.#states[sequenceNumber % remembered] = played;
  }

  /** A packet that came was too late to be played. */
  discard(sequenceNumber: number): void {
    if (sequenceDistance(this.#next, sequenceNumber) >= 0) {
      this.#states[sequenceNumber % remembered] = discarded;
    }
  }

  /** A new sender begins; the figures go on. */
  restart(): void {
    this.#started = false;
  }

  /** The figures so far. */
  get figures(): LossFigures {
    const expected = Math.max(1, this.#expected);
    let c11 = this.#c11;
    let c13 = this.#c13;
    let c14 = this.#c14;
    // The present gap has not been closed by a loss yet, nor the present burst by a gap.
    if (this.#run >= gapMinimum) {
      c11 += this.#run;
      if (this.#burst === 1) c14++;
      else if (this.#burst > 1) c13++;
    } else if (this.#burst > 1) {
      c13++;
    }
    const c22 = this.#c22;
    const c23 = this.#c23;
    const total = c11 + c14 + c13 + c22 + c23 + c13 + c23 + this.#c33;
    const p32 = ratio(c23, c13 + c23 + this.#c33);
    const p23 = c22 + c23 < 1 ? 1 : 1 - c22 / (c22 + c23);
    const gapLength = c13 === 0 ? c11 + c14 : (c11 + c14 + c13) / c13;
    return {
      lossRate: (256 * this.#lost) / expected,
      discardRate: (256 * this.#discarded) / expected,
      burstDensity: c13 === 0 ? 0 : (256 * p23) / (p23 + p32),
      gapDensity: 256 * ratio(c14, c11 + c14),
      burstLength: c13 === 0 ? 0 : Math.max(0, total / c13 - gapLength),
      gapLength,
      burstRatio: this.#burstRatio,
    };
  }

  get #burstRatio(): number {
    const missed = this.#lost + this.#discarded;
    return Math.max(1, ratio(missed, this.#spells) * (1 - ratio(missed, this.#expected)));
  }

  #judgeNext(): void {
    const place = this.#next % remembered;
    const state = this.#states[place];
    this.#states[place] = missing;
    this.#next = nextSequence(this.#next);
    this.#expected++;
    if (state === played) {
      this.#run++;
      return;
    }
    if (state === discarded) this.#discarded++;
    else this.#lost++;
    if (this.#run > 0 || this.#expected === 1) this.#spells++;
    if (this.#run >= gapMinimum) {
      if (this.#burst === 1) this.#c14++;
      else if (this.#burst > 1) this.#c13++;
      this.#burst = 1;
      this.#c11 += this.#run;
    } else {
      this.#burst++;
      if (this.#run === 0) this.#c33++;
      else {
        this.#c23++;
        this.#c22 += this.#run - 1;
      }
    }
    this.#run = 0;
  }
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

import {sampleRate} from '../frame.ts';

/** Delays that are looked at together, two a second: what came in the last 20 s. */
const remembered = 40;
/** Seconds that they must span before anything is said. */
const shortest = 4;
/** How far the slope over a second may be off, in parts of one: it gets truer with the time that is looked at. */
const uncertainty = 120e-6;
/** Samples that a delay may lie off the line through the others; a delay further off is not of this line. */
const tolerance = 2.5;
/** So many in a row that are off begin a new line. */
const patience = 4;
/** Clocks of sound cards differ by less, in parts of one. */
const largest = 500e-6;

/**
 * By how much faster or slower the microphone's clock runs than the loudspeaker's: the slope of the line through the delays
 * that were found between them.
 */
export class ClockSkew {
  /** Samples by which the delay changes with each sample; 0 as long as it is not known that it does. */
  skew = 0;
  readonly #times = new Float64Array(remembered);
  readonly #delays = new Float64Array(remembered);
  #count = 0;
  #off = 0;

  /** Takes a `delay` that was found at `time`, both in samples. */
  add(time: number, delay: number): void {
    if (this.#count > 0 && Math.abs(delay - this.#expected(time)) > this.#tolerance(time)) {
      if (++this.#off < patience) return;
      this.#count = 0;
    }
    this.#off = 0;
    if (this.#count === remembered) {
      this.#times.copyWithin(0, 1);
      this.#delays.copyWithin(0, 1);
      this.#count--;
    }
    this.#times[this.#count] = time;
    this.#delays[this.#count] = delay;
    this.#count++;
    this.#fit();
  }

  /** Forgets the delays: what comes next is another line, of the same slope. */
  restart(): void {
    this.#count = 0;
    this.#off = 0;
  }

  #expected(time: number): number {
    const last = this.#count - 1;
    return this.#delays[last]! + this.skew * (time - this.#times[last]!);
  }

  /** Before the slope is known a delay may have gone with the clock that differs most; a jump goes further. */
  #tolerance(time: number): number {
    if (this.#span >= shortest * sampleRate) return tolerance;
    return tolerance + largest * (time - this.#times[this.#count - 1]!);
  }

  get #span(): number {
    return this.#times[this.#count - 1]! - this.#times[0]!;
  }

  /** Least squares. */
  #fit(): void {
    const span = this.#span;
    if (span < shortest * sampleRate) return;
    let time = 0;
    let delay = 0;
    for (let index = 0; index < this.#count; index++) {
      time += this.#times[index]! / this.#count;
      delay += this.#delays[index]! / this.#count;
    }
    let above = 0;
    let below = 0;
    for (let index = 0; index < this.#count; index++) {
      const distance = this.#times[index]! - time;
      above += distance * (this.#delays[index]! - delay);
      below += distance * distance;
    }
    const slope = above / below;
    // A slope that may be an error of measurement would do more harm than good.
    if (this.skew === 0 && Math.abs(slope) < (uncertainty * sampleRate) / span) return;
    this.skew = Math.max(-largest, Math.min(largest, slope));
  }
}

/** Frames over which a level is watched before anything is concluded: 4 s, for cards tell of it in steps. */
const window = 200;
/** Frames after a start in which a level still finds its place: 1 s. */
const settling = 50;
/** Samples by which a level may be off, or move from one window to the next, without any meaning. */
const tolerance = 4;
/** How much a window counts against all before. */
const follow = 0.15;
/** In how many windows a level that is off is brought back. */
const patience = 10;
/** What is off by more, in frames, is not brought back by the clocks: 12 ms, for cards tell of it in steps of up to 10. */
const mostOff = 0.6;
/** Clocks differ by less than this, in parts of one. */
const largest = 500e-6;

/**
 * Finds by how much a sound card's clock differs from ours, from the level of a buffer between the two: it rises or falls as
 * long as the rates differ. The lowest level at which it ever settled is kept: what a stall adds is to go again. Of a window
 * only the middle half counts: what a card or a program that is late now and then does to the level tells nothing of a clock.
 */
export class ClockFollower {
  /** By how much faster the buffer fills than it is emptied, in parts of one: to be made up for by resampling. */
  excess = 0;
  /** Samples too many in the last whole window, where they are so many that they should be left out; else 0. */
  surplus = 0;
  readonly #frameSamples: number;
  readonly #kept: number;
  readonly #levels = new Float64Array(window);
  #frames = 0;
  /** Where the level should be: in the first window after each restart it is seen. */
  #target: number | undefined;
  #seen = false;
  #before: number | undefined;
  /** The difference of the clocks. */
  #skew = 0;

  /**
   * `frameSamples`: samples that pass in a frame, at the rate that the level is counted in; `kept`: a level that is not too high,
   * so that who is late now and then finds as much; `enough`: where the level need not be higher than, if that is known.
   */
  constructor(frameSamples: number, kept = 0, enough?: number) {
    this.#frameSamples = frameSamples;
    this.#kept = kept;
    this.#target = enough;
  }

  /** The buffer ran dry and is filled anew; `higher`: it may settle higher than before. The clocks are what they were. */
  restart(higher = false): void {
    if (higher) this.#target = undefined;
    this.#seen = false;
    this.jump();
  }

  /** The level was lowered at once. */
  jump(): void {
    this.#frames = 0;
    this.#before = undefined;
    this.surplus = 0;
    this.excess = this.#skew;
  }

  /** Takes the level of the buffer, once a frame. */
  add(level: number): void {
    this.#frames++;
    if (this.#frames <= settling) return;
    this.#levels[this.#frames - settling - 1] = level;
    if (this.#frames < settling + window) return;
    this.#frames = settling;
    const levels = this.#levels.sort();
    const middle = levels.subarray(window / 4, (3 * window) / 4);
    const mean = middle.reduce((sum, one) => sum + one, 0) / middle.length;
    // Half of all levels lie within this of each other: what moves by less than half of it has not moved.
    const spread = middle.at(-1)! - middle[0]!;
    if (!this.#seen) this.#target = Math.min(mean, this.#target ?? mean);
    this.#seen = true;
    const off = Math.min(mean - this.#target!, Math.max(0, levels[0]! - this.#kept));
    this.surplus = off > mostOff * this.#frameSamples ? off : 0;
    this.#steer(mean, off - this.surplus, Math.max(tolerance, spread / 2));
    this.#before = mean;
  }

  #steer(level: number, off: number, meaningless: number): void {
    const passed = window * this.#frameSamples;
    if (this.#skew === 0 && Math.abs(off) < meaningless) return;
    const drift = (level - (this.#before ?? level)) / passed;
    // What was made up for in this window would have come on top of the change that is seen. No clock changes it by more.
    if (this.#before !== undefined && Math.abs(drift) <= 2 * largest)
      this.#skew += follow * (this.excess + drift - this.#skew);
    this.excess = Math.max(-largest, Math.min(largest, this.#skew + off / (patience * passed)));
  }
}

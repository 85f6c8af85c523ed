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
/** Clocks differ by less than this, in parts of one. */
const largest = 500e-6;

/**
 * Finds by how much a sound card's clock differs from ours, from the level of a buffer between the two: it rises or falls as
 * long as the rates differ. The level at which it settled is kept. Of a window only the middle half counts: what a card or a
 * program that is late now and then does to the level tells nothing of a clock.
 */
export class ClockFollower {
  /** By how much faster the buffer fills than it is emptied, in parts of one: to be made up for by resampling. */
  excess = 0;
  /** The lowest level in the last whole window; undefined before there is one. */
  least: number | undefined;
  readonly #frameSamples: number;
  readonly #levels = new Float64Array(window);
  #frames = 0;
  #target: number | undefined;
  #before = 0;
  /** The difference of the clocks. */
  #skew = 0;

  /** `frameSamples`: samples that pass in a frame, at the rate that the level is counted in. */
  constructor(frameSamples: number) {
    this.#frameSamples = frameSamples;
  }

  /** The buffer was filled anew, or its level has jumped: what it settles at now is right. The clocks are what they were. */
  restart(): void {
    this.#frames = 0;
    this.#target = undefined;
    this.least = undefined;
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
    this.least = levels[0]!;
    const middle = levels.subarray(window / 4, (3 * window) / 4);
    const mean = middle.reduce((sum, one) => sum + one, 0) / middle.length;
    // Half of all levels lie within this of each other: what moves by less than half of it has not moved.
    const spread = middle.at(-1)! - middle[0]!;
    if (this.#target === undefined) this.#target = mean;
    else this.#steer(mean, Math.max(tolerance, spread / 2));
    this.#before = mean;
  }

  #steer(level: number, meaningless: number): void {
    const passed = window * this.#frameSamples;
    const off = level - this.#target!;
    // A card that tells of whole periods only moves by one at a time.
    const drift = Math.max(-largest * passed, Math.min(largest * passed, level - this.#before));
    if (this.#skew === 0 && Math.abs(off) < meaningless) return;
    // What was made up for in this window would have come on top of the change that is seen.
    this.#skew += follow * (this.excess + drift / passed - this.#skew);
    this.excess = Math.max(-largest, Math.min(largest, this.#skew + off / (patience * passed)));
  }
}

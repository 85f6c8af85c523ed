/** Frames over which a level is averaged before anything is concluded: 4 s, for cards tell of it in steps. */
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
 * long as the rates differ. The level at which it settled is kept.
 */
export class ClockFollower {
  /** By how much faster the buffer fills than it is emptied, in parts of one: to be made up for by resampling. */
  excess = 0;
  readonly #frameSamples: number;
  #frames = 0;
  #sum = 0;
  #target: number | undefined;
  #before = 0;
  /** The difference of the clocks. */
  #skew = 0;

  /** `frameSamples`: samples that pass in a frame, at the rate that the level is counted in. */
  constructor(frameSamples: number) {
    this.#frameSamples = frameSamples;
  }

  /** The buffer was filled anew: what it settles at now is right. The clocks are what they were. */
  restart(): void {
    this.#frames = 0;
    this.#sum = 0;
    this.#target = undefined;
  }

  /** Takes the level of the buffer, once a frame. */
  add(level: number): void {
    this.#frames++;
    if (this.#frames <= settling) return;
    this.#sum += level;
    if (this.#frames < settling + window) return;
    const mean = this.#sum / window;
    this.#frames = settling;
    this.#sum = 0;
    if (this.#target === undefined) this.#target = mean;
    else this.#steer(mean);
    this.#before = mean;
  }

  #steer(mean: number): void {
    const passed = window * this.#frameSamples;
    const off = mean - this.#target!;
    // A card that tells of whole periods only moves by one at a time.
    const drift = Math.max(-largest * passed, Math.min(largest * passed, mean - this.#before));
    if (this.#skew === 0 && Math.abs(off) < tolerance) return;
    // What was made up for in this window would have come on top of the change that is seen.
    this.#skew += follow * (this.excess + drift / passed - this.#skew);
    this.excess = Math.max(-largest, Math.min(largest, this.#skew + off / (patience * passed)));
  }
}

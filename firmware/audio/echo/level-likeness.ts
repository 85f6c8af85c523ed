/** How fast the past is forgotten, per frame: half of it in 0.7 s. */
const forgetting = 0.02;

/** How much two levels rise and fall together, frame by frame: their correlation over the last seconds. */
export class LevelLikeness {
  #started = false;
  #one = 0;
  #other = 0;
  #oneSquare = 1;
  #otherSquare = 1;
  #product = 0;

  /** Takes two levels of the same time, in dB. */
  add(one: number, other: number): void {
    if (!this.#started) {
      this.#started = true;
      this.#one = one;
      this.#other = other;
    }
    const first = one - this.#one;
    const second = other - this.#other;
    this.#one += forgetting * first;
    this.#other += forgetting * second;
    this.#oneSquare += forgetting * (first * first - this.#oneSquare);
    this.#otherSquare += forgetting * (second * second - this.#otherSquare);
    this.#product += forgetting * (first * second - this.#product);
  }

  /** From -1 to 1. */
  get value(): number {
    return this.#product / Math.sqrt(this.#oneSquare * this.#otherSquare);
  }
}

/** So many refusals are told one by one in each window; the rest is only counted. */
const TOLD = 20;
/** Length of a window; ms. */
const WINDOW = 600_000;

/**
 * Bounds what a flood of calls from strangers writes: without it, they would push everything else out of the
 * journal and wear out the card. Times in ms.
 */
export class RefusalBudget {
  #windowEnd = -Infinity;
  #count = 0;

  /** Counts a refusal; `untold` is how many of the last window were not told, to be reported once. */
  take(now: number): {tell: boolean; untold: number} {
    let untold = 0;
    if (now >= this.#windowEnd) {
      untold = Math.max(0, this.#count - TOLD);
      this.#windowEnd = now + WINDOW;
      this.#count = 0;
    }
    this.#count += 1;
    return {tell: this.#count <= TOLD, untold};
  }
}

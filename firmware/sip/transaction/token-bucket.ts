/** So many at once, and so many a second from then on. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** A token bucket: full at first, and filled at a constant rate. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  /** Clock time (ms) at which `#tokens` was right. */
  #at: number;

  /** `now` is clock time in ms, as everywhere here. */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** Whether there is a token. */
  has(now: number): boolean {
    const {burst, perSecond} = this.#rate;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
    return this.#tokens >= 1;
  }

  /** Takes a token where there is one; returns whether there was. */
  take(now: number): boolean {
    if (!this.has(now)) return false;
    this.#tokens--;
    return true;
  }
}

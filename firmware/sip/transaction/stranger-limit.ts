/** A token bucket: so many at once, and so many a second from then on. */
interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

interface Bucket {
  tokens: number;
  /** Clock time (ms) at which `tokens` was right. */
  at: number;
}

/** What one address may ask of us, and all addresses together: senders of datagrams choose theirs freely. */
const ofSource: Rate = {burst: 60, perSecond: 20};
const ofEverybody: Rate = {burst: 240, perSecond: 80};
/** Addresses that are remembered; the one that has been silent longest makes room. */
const sourceLimit = 512;

/**
 * How many requests strangers may make: a token bucket for each source address, and one for all of them together.
 * What is beyond is to be dropped without an answer, so that a flood is not reflected at whoever's address it bears.
 */
export class StrangerLimit {
  #sources = new Map<string, Bucket>();
  #everybody: Bucket = {tokens: ofEverybody.burst, at: 0};

  /** Addresses that are remembered. */
  get size(): number {
    return this.#sources.size;
  }

  /** Whether a request that comes from `address` at `now` (clock time in ms) is to be looked at; counts it where it is. */
  allows(address: string, now: number): boolean {
    const source = this.#bucketOf(address, now);
    refill(source, ofSource, now);
    refill(this.#everybody, ofEverybody, now);
    if (source.tokens < 1 || this.#everybody.tokens < 1) return false;
    source.tokens--;
    this.#everybody.tokens--;
    return true;
  }

  #bucketOf(address: string, now: number): Bucket {
    const bucket = this.#sources.get(address) ?? {tokens: ofSource.burst, at: now};
    // Put at the end again: the first of the map is the one that has been silent longest.
    this.#sources.delete(address);
    this.#sources.set(address, bucket);
    if (this.#sources.size > sourceLimit) {
      const [oldest] = this.#sources.keys();
      this.#sources.delete(oldest!);
    }
    return bucket;
  }
}

function refill(bucket: Bucket, {burst, perSecond}: Rate, now: number): void {
  bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
  bucket.at = now;
}

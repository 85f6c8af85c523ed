import {type Rate, TokenBucket} from './token-bucket.ts';

/** Networks that are remembered; the one that has been silent longest makes room. */
const networkLimit = 512;
/** Groups of 16 bits in an IPv6 address, and in the network that one host has to itself. */
const groups = 8;
const networkGroups = 4;

/** How much strangers may ask for: one network, and all of them together, for senders of datagrams choose theirs freely. */
interface StrangerRates {
  readonly ofNetwork: Rate;
  readonly ofEverybody: Rate;
}

/**
 * How much strangers may ask for: a token bucket for each network, and one for all of them together. A network is an
 * IPv4 address or an IPv6 /64, of which every address belongs to whoever has one of them (RFC 4862, RFC 8981).
 */
export class StrangerLimit {
  readonly #rates: StrangerRates;
  readonly #networks = new Map<string, TokenBucket>();
  readonly #everybody: TokenBucket;

  constructor(rates: StrangerRates) {
    this.#rates = rates;
    this.#everybody = new TokenBucket(rates.ofEverybody, 0);
  }

  /** Networks that are remembered. */
  get size(): number {
    return this.#networks.size;
  }

  /** Whether what comes from `address` at `now` (clock time in ms) is to be looked at; counts it where it is. */
  allows(address: string, now: number): boolean {
    // Before anything is looked up or remembered: a flood from invented addresses comes to here and no further.
    if (!this.#everybody.has(now)) return false;
    return this.#bucketOf(networkOf(address), now).take(now) && this.#everybody.take(now);
  }

  #bucketOf(network: string, now: number): TokenBucket {
    const bucket = this.#networks.get(network) ?? new TokenBucket(this.#rates.ofNetwork, now);
    // Put at the end again: the first of the map is the one that has been silent longest.
    this.#networks.delete(network);
    this.#networks.set(network, bucket);
    if (this.#networks.size > networkLimit) {
      const [oldest] = this.#networks.keys();
      this.#networks.delete(oldest!);
    }
    return bucket;
  }
}

/** An IPv4 address itself; of an IPv6 address the first 64 bits, always in the same form. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const first = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const last = tail === '' ? [] : tail.split(':');
    while (first.length + last.length < groups) first.push('0');
    first.push(...last);
  }
  return first.slice(0, networkGroups).join(':');
}

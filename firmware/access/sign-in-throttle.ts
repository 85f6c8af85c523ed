import {isIPv6} from 'node:net';
import {canonicalAddress} from '../base/canonical-address.ts';
import type {Clock} from '../base/clock.ts';

/** Wrong passwords that cost nothing but the time they take. */
const FREE_ATTEMPTS = 5;
/** The wait after the next one, doubled with each further, and the longest; ms. */
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 300_000;
/** What an address has done is forgotten after this time without an attempt; ms. */
const FORGOTTEN = 3_600_000;
/** Addresses that are remembered; of more, the one that has been quiet for longest is forgotten. */
const MAX_ADDRESSES = 1_024;

interface Attempts {
  count: number;
  last: number;
  /** Clock time until which none is taken. */
  until: number;
}

/** Slows down who guesses passwords, each address by itself: nobody can lock out others. */
export class SignInThrottle {
  readonly #clock: Clock;
  /** In the order of their last attempts. */
  readonly #attempts = new Map<string, Attempts>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * To be asked before each attempt, which counts as a wrong one from now on, so that many at once are no way round.
   * @returns 0, or how long (ms) this address has to wait before the next.
   */
  attempt(address: string): number {
    const key = networkOf(address);
    const now = this.#clock.now();
    let attempts = this.#attempts.get(key);
    if (!attempts || now - attempts.last > FORGOTTEN) attempts = {count: 0, last: now, until: 0};
    if (now < attempts.until) return attempts.until - now;
    attempts.count += 1;
    attempts.last = now;
    if (attempts.count >= FREE_ATTEMPTS) {
      attempts.until = now + Math.min(FIRST_WAIT * 2 ** (attempts.count - FREE_ATTEMPTS), LONGEST_WAIT);
    }
    this.#attempts.delete(key);
    this.#attempts.set(key, attempts);
    if (this.#attempts.size > MAX_ADDRESSES) this.#attempts.delete(this.#attempts.keys().next().value!);
    return 0;
  }

  /** The attempt was right. */
  forgive(address: string): void {
    this.#attempts.delete(networkOf(address));
  }
}

/** An IPv4 address, or the /64 network of an IPv6 one: whoever has one of its addresses may have all. */
function networkOf(address: string): string {
  const canonical = canonicalAddress(address).replace(/^::ffff:(?=\d+\.)/, '');
  if (!isIPv6(canonical)) return canonical;
  const [head = '', tail = ''] = canonical.split('%')[0]!.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const groups = canonical.includes('::')
    ? [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back]
    : front;
  return groups.slice(0, 4).join(':');
}

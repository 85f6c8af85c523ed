import {canonicalAddress} from '../../base/canonical-address.ts';
import type {Clock} from '../../base/clock.ts';
import {StrangerLimit} from './stranger-limit.ts';
import {TokenBucket} from './token-bucket.ts';

/** What is read of strangers at all: a request may come with its ACK, and either more than once. */
const datagramsOfStrangers = {
  ofNetwork: {burst: 120, perSecond: 40},
  ofEverybody: {burst: 240, perSecond: 80},
};
/** What strangers are answered. */
const requestsOfStrangers = {
  ofNetwork: {burst: 60, perSecond: 20},
  ofEverybody: {burst: 120, perSecond: 40},
};
/**
 * Refusals that are repeated for want of an ACK: whoever writes another's address on an INVITE would otherwise have some eleven
 * messages sent there for his one.
 */
const repetitionsToStrangers = {burst: 20, perSecond: 1};
/** A PBX has not that much to say to a door; whoever sends under its address has. */
const datagramsOfPeer = {burst: 1000, perSecond: 500};
const requestsOfPeer = requestsOfStrangers.ofNetwork;
/** Peers that are remembered; the one that we have had nothing to do with longest makes room. */
const peerLimit = 128;

interface Peer {
  readonly datagrams: TokenBucket;
  readonly requests: TokenBucket;
}

/**
 * How much each sender may send. The addresses that we have sent requests to, or begun a dialog with, are peers: servers
 * of accounts, parties of calls, targets. Each of them has limits of its own, which no flood from elsewhere uses up; all
 * others are strangers. Beyond its limit everything of a sender is dropped without an answer, so that a flood is not reflected
 * at whoever's address it bears.
 */
export class SenderLimits {
  readonly #clock: Clock;
  readonly #peers = new Map<string, Peer>();
  readonly #datagrams = new StrangerLimit(datagramsOfStrangers);
  readonly #requests = new StrangerLimit(requestsOfStrangers);
  readonly #repetitions: TokenBucket;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#repetitions = new TokenBucket(repetitionsToStrangers, clock.now());
  }

  /** Peers that are remembered. */
  get peers(): number {
    return this.#peers.size;
  }

  /** Notes that we deal with `address`, however it is written. */
  notePeer(address: string): void {
    const key = canonicalAddress(address);
    const now = this.#clock.now();
    const peer = this.#peers.get(key) ?? {
      datagrams: new TokenBucket(datagramsOfPeer, now),
      requests: new TokenBucket(requestsOfPeer, now),
    };
    // Put at the end again: the first of the map is the one that was noted longest ago.
    this.#peers.delete(key);
    this.#peers.set(key, peer);
    if (this.#peers.size > peerLimit) {
      const [oldest] = this.#peers.keys();
      this.#peers.delete(oldest!);
    }
  }

  /** Whether a datagram from `address` is to be read; counts it where it is. All that is needed to know is the address. */
  admits(address: string): boolean {
    const now = this.#clock.now();
    return this.#peers.get(address)?.datagrams.take(now) ?? this.#datagrams.allows(address, now);
  }

  /** Whether a new request from `address` may be answered; counts it where it may. */
  mayAsk(address: string): boolean {
    const now = this.#clock.now();
    return this.#peers.get(address)?.requests.take(now) ?? this.#requests.allows(address, now);
  }

  /** Whether what nobody has confirmed may be sent to `address` once more; counts it where that is a stranger's. */
  mayRepeat(address: string): boolean {
    return this.#peers.has(address) || this.#repetitions.take(this.#clock.now());
  }
}

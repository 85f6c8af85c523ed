import type {Network} from '../../hal/hal.ts';
import type {Clock, Timer} from '../base/clock.ts';

/** So long (ms) after a first change others are waited for: links, addresses and routes come one after another. */
const settleTime = 300;

/** What is told to people of the network. */
export type NetworkNews =
  /** No address but loopback is left, or there is none yet. */
  | {readonly kind: 'network-gone'}
  | {readonly kind: 'network-back'; readonly addresses: readonly string[]}
  | {readonly kind: 'address-changed'; readonly addresses: readonly string[]};

/** The part of the monitor that the station uses. */
export interface NetworkView {
  /** Whether this machine has an address by which others reach it. */
  readonly available: boolean;
  readonly addresses: readonly string[];
  onNews: ((news: NetworkNews) => void) | undefined;
}

/** Waits until changes of the network have settled, and tells what has come of them. */
export class NetworkMonitor implements NetworkView {
  onNews: ((news: NetworkNews) => void) | undefined;
  /**
   * Called when whoever knows where we are must be told anew, and the network is there for it: after a link was down,
   * with another address or default route. `isOurs` tells whether an address is one of this machine's.
   */
  onMoved: ((isOurs: (address: string) => boolean) => void) | undefined;
  readonly #network: Network;
  readonly #clock: Clock;
  #addresses: readonly string[];
  #timer: Timer | undefined;

  constructor({network, clock}: {network: Network; clock: Clock}) {
    this.#network = network;
    this.#clock = clock;
    this.#addresses = [...network.addresses].sort();
    network.onChange = () => {
      this.#timer ??= this.#clock.after(settleTime, () => this.#settled());
    };
  }

  get available(): boolean {
    return this.#addresses.length > 0;
  }

  get addresses(): readonly string[] {
    return this.#addresses;
  }

  /** Ends it, and closes the network. */
  close(): void {
    this.#timer?.cancel();
    this.#network.onChange = undefined;
    this.#network.close();
  }

  #settled(): void {
    this.#timer = undefined;
    const before = this.#addresses;
    const addresses = [...this.#network.addresses].sort();
    this.#addresses = addresses;
    if (addresses.length === 0) {
      if (before.length > 0) this.onNews?.({kind: 'network-gone'});
      return;
    }
    if (before.length === 0) this.onNews?.({kind: 'network-back', addresses});
    else if (before.join() !== addresses.join()) this.onNews?.({kind: 'address-changed', addresses});
    this.onMoved?.((address) => this.#network.has(address));
  }
}

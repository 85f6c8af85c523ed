import type {NetlinkMessage} from './netlink-message.ts';

/** Links, addresses and default routes that are kept; no station has so many, and a machine that has more loses some. */
const limit = 1024;

/** Links, addresses and default routes of this machine, as the kernel has told of them. */
export class NetworkState {
  readonly #links = new Map<number, boolean>();
  readonly #addresses = new Map<string, {link: number; address: string; reachable: boolean}>();
  readonly #routes = new Map<string, number>();

  apply(message: NetlinkMessage): void {
    if (message.kind === 'link') this.#applyLink(message);
    else if (message.kind === 'address') {
      const {gone, link, address, reachable} = message;
      change(this.#addresses, `${link} ${address}`, gone ? undefined : {link, address, reachable});
    } else if (message.kind === 'default-route') {
      change(this.#routes, message.route, message.gone ? undefined : message.link);
    }
  }

  /** The addresses by which others may reach this machine now. */
  get addresses(): string[] {
    return [...new Set(this.#reachable().map(({address}) => address))];
  }

  has(address: string): boolean {
    return [...this.#addresses.values()].some((known) => known.address === address);
  }

  /** Something else whenever something has changed that matters to whoever talks with other machines. */
  get signature(): string {
    const addresses = this.#reachable().map(({link, address}) => `${link} ${address}`);
    const routes = [...this.#routes].flatMap(([route, link]) => (this.#isUp(link) ? [route] : []));
    return JSON.stringify([addresses.sort(), routes.sort()]);
  }

  #applyLink({gone, link, up}: NetlinkMessage & {kind: 'link'}): void {
    change(this.#links, link, gone ? undefined : up);
    if (up && !gone) return;
    // The kernel drops these without a word.
    for (const [route, of] of this.#routes) if (of === link) this.#routes.delete(route);
  }

  #reachable(): {link: number; address: string}[] {
    return [...this.#addresses.values()].filter(({link, reachable}) => reachable && this.#isUp(link));
  }

  /** A route over several links at once names none. */
  #isUp(link: number): boolean {
    return link === 0 || this.#links.get(link) === true;
  }
}

/** Sets or, without a value, deletes. */
function change<Key, Value>(map: Map<Key, Value>, key: Key, value: Value | undefined): void {
  if (value === undefined) map.delete(key);
  else if (map.size < limit || map.has(key)) map.set(key, value);
}

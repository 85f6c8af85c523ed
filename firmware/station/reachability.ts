import type {JournalEvent} from './journal-event.ts';
import type {Light} from './light.ts';
import type {Media} from './media.ts';
import type {NetworkNews, NetworkView} from './network-monitor.ts';
import type {StationStatus} from './status.ts';
import type {AccountNews} from './telephone.ts';

/** What the station's reachability is shown by. */
interface ReachabilityParts {
  /** Undefined where the station needs no network, or it cannot be watched. */
  readonly network: NetworkView | undefined;
  readonly light: Light;
  readonly media: Pick<Media, 'play'>;
  tell(event: JournalEvent): void;
  /** Whether a call is going on, into which nothing is to sound. */
  inCall(): boolean;
  changed(): void;
}

/** Whether others reach the station and it reaches them: network and accounts, in journal, light and sound. */
export class Reachability {
  readonly #parts: ReachabilityParts;
  readonly #accounts = new Map<string, Omit<AccountNews, 'name'>>();

  constructor(parts: ReachabilityParts) {
    this.#parts = parts;
  }

  /** Whether there is no network, though one is needed. */
  get isCutOff(): boolean {
    return this.#parts.network?.available === false;
  }

  get network(): StationStatus['network'] {
    const {network} = this.#parts;
    return network ? {available: network.available, addresses: [...network.addresses]} : null;
  }

  start(): void {
    const {network} = this.#parts;
    if (!network) return;
    network.onNews = (news) => this.#networkChanged(news);
    if (!network.available) this.#networkChanged({kind: 'network-gone'});
  }

  stop(): void {
    if (this.#parts.network) this.#parts.network.onNews = undefined;
  }

  accountChanged({name, registered, reason}: AccountNews): void {
    const {light, media, tell, inCall, changed} = this.#parts;
    const before = this.#accounts.get(name);
    this.#accounts.set(name, {registered, reason});
    if (before?.registered !== registered || (!registered && before.reason !== reason)) {
      if (registered) tell({kind: 'account-registered', account: name});
      else tell({kind: 'account-down', account: name, reason});
    }
    const down = [...this.#accounts.values()].filter((known) => !known.registered);
    if (down.length > 0) light.set('account-down');
    else light.clear('account-down');
    // Once for each time that all had been well, and never into a talk; without a network that has been told.
    const first = before?.registered !== false && down.length === 1 && !registered;
    if (first && !inCall() && !this.isCutOff) media.play('error');
    changed();
  }

  #networkChanged(news: NetworkNews): void {
    const {light, media, tell, inCall, changed} = this.#parts;
    tell(news);
    if (news.kind === 'network-gone') {
      light.set('no-network');
      if (!inCall()) media.play('error');
    } else {
      light.clear('no-network');
    }
    changed();
  }
}

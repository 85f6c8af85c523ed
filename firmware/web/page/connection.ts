/** The station sends its status every 5 s at least: after this long without any, in ms, the connection is dead. */
const SILENCE = 12_000;
const RETRY = 1_500;
/** A hidden page gives its connection back after this long, in ms: browsers allow six to one host. */
const HIDDEN = 10_000;
const events = ['state', 'board', 'light', 'meters', 'ladder', 'journal'] as const;

/** Names of the events of `GET api/live`. */
export type LiveEvent = (typeof events)[number];

/**
 * Keeps the event stream open: opens it again whenever it breaks or falls silent. Each stream begins with how
 * things stand, so nothing has to be remembered in between.
 */
export class Connection {
  readonly #onEvent: (name: LiveEvent, data: unknown) => void;
  readonly #onConnected: (connected: boolean) => void;
  readonly #ended = new AbortController();
  #source: EventSource | undefined;
  #watchdog: number | undefined;
  #hidden: number | undefined;

  constructor(onEvent: (name: LiveEvent, data: unknown) => void, onConnected: (connected: boolean) => void) {
    this.#onEvent = onEvent;
    this.#onConnected = onConnected;
    const {signal} = this.#ended;
    document.addEventListener('visibilitychange', () => this.#followVisibility(), {signal});
    addEventListener('online', () => this.#open(), {signal});
    this.#open();
  }

  /** Gives it up for good. */
  end(): void {
    this.#ended.abort();
    clearTimeout(this.#hidden);
    this.#close();
  }

  #open(): void {
    this.#close();
    const source = new EventSource('api/live');
    this.#source = source;
    source.onerror = () => this.#lost();
    for (const name of events) {
      source.addEventListener(name, (event) => {
        this.#watch(SILENCE);
        this.#onConnected(true);
        this.#onEvent(name, JSON.parse((event as MessageEvent<string>).data));
      });
    }
    this.#watch(SILENCE);
  }

  #lost(): void {
    this.#close();
    this.#onConnected(false);
    this.#watch(RETRY);
  }

  #close(): void {
    clearTimeout(this.#watchdog);
    this.#source?.close();
    this.#source = undefined;
  }

  #watch(milliseconds: number): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = window.setTimeout(() => (this.#source ? this.#lost() : this.#open()), milliseconds);
  }

  #followVisibility(): void {
    clearTimeout(this.#hidden);
    if (document.hidden) this.#hidden = window.setTimeout(() => this.#close(), HIDDEN);
    else if (!this.#source) this.#open();
  }
}

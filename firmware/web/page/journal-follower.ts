/** The least that is known of an entry. */
interface Numbered {
  readonly seq: number;
}

/** Entries that are shown at first; the older ones can be asked for. */
const FIRST = 40;
const BATCH = 200;
/** Entries that are kept at most. */
const KEPT = 1_000;

/**
 * Follows the journal: told how far it goes, it fetches from where it stands. Each entry comes once and in
 * order, whatever happens to the connection; a fetch that fails is made up for by the next one.
 */
export class JournalFollower<Entry extends Numbered> {
  readonly #fetch: (after: number, limit: number) => Promise<Entry[]>;
  readonly #onEntries: (entries: readonly Entry[]) => void;
  #entries: Entry[] = [];
  #stands: number | undefined;
  #latest = 0;
  #busy = false;

  /** `onEntries` gets all entries that are known, oldest first, whenever there are more. */
  constructor(
    fetch: (after: number, limit: number) => Promise<Entry[]>,
    onEntries: (entries: readonly Entry[]) => void,
  ) {
    this.#fetch = fetch;
    this.#onEntries = onEntries;
  }

  /** The journal goes as far as `latest` now. */
  async told(latest: number): Promise<void> {
    if (this.#stands !== undefined && latest < this.#stands) this.#startAnew();
    this.#latest = latest;
    if (this.#stands === undefined) this.#stands = Math.max(0, latest - FIRST);
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#stands < this.#latest) {
        const news = await this.#fetch(this.#stands, BATCH);
        if (news.length === 0) break;
        this.#add(news);
      }
    } finally {
      this.#busy = false;
    }
  }

  /** Fetches entries before those that are shown; whether there are still older ones. */
  async earlier(): Promise<boolean> {
    const first = this.#entries[0]?.seq ?? this.#latest + 1;
    const after = Math.max(0, first - 1 - FIRST);
    const older = (await this.#fetch(after, FIRST)).filter(({seq}) => seq < first);
    this.#entries = [...older, ...this.#entries];
    this.#onEntries(this.#entries);
    return after > 0;
  }

  #add(news: readonly Entry[]): void {
    const stands = this.#stands ?? 0;
    this.#entries = [...this.#entries, ...news.filter(({seq}) => seq > stands)].slice(-KEPT);
    this.#stands = Math.max(stands, news.at(-1)?.seq ?? 0);
    this.#onEntries(this.#entries);
  }

  /** The station's data was deleted: it counts from 1 again. */
  #startAnew(): void {
    this.#entries = [];
    this.#stands = undefined;
    this.#onEntries(this.#entries);
  }
}

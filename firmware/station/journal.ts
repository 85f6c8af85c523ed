import type {Clock} from '../base/clock.ts';
import {boundedJson} from './bounded-json.ts';
import type {Database} from './database.ts';
import type {JournalEntry, JournalEvent} from './journal-event.ts';
import {describeEvent} from './journal-text.ts';
import type {JournalReader} from './station-control.ts';

/** Entries that are kept; the oldest go. */
const KEPT = 100_000;
/** Most entries that one `after` returns. */
const PAGE = 1_000;

/**
 * What happened at the station: numbered events, told to others only once they are safely on the disk.
 * The numbers are given at the commit, so that one that fails leaves no gap.
 */
export class Journal implements JournalReader {
  readonly #database: Database;
  readonly #clock: Clock;
  #latest: number;
  onAppended: ((seq: number) => void) | undefined;

  constructor(options: {database: Database; clock: Clock}) {
    this.#database = options.database;
    this.#clock = options.clock;
    this.#latest = options.database.highest('journal', 'seq');
  }

  get latest(): number {
    return this.#latest;
  }

  /** Queues `event`, dated now. Returns at once and cannot fail; `onAppended` follows. */
  append(event: JournalEvent): void {
    const at = new Date(this.#clock.wallTime()).toISOString();
    const {kind, ...fields} = event;
    const entry = boundedJson({at, kind, text: describeEvent(event), ...fields});
    let seq = 0;
    this.#database.write(
      (database) => {
        const highest = database.statement('SELECT max(seq) AS seq FROM journal').get()?.['seq'] as
          | number
          | null;
        seq = Math.max(this.#latest, highest ?? 0) + 1;
        database.statement('INSERT INTO journal (seq, entry) VALUES (?, ?)').run(seq, entry);
        database.statement('DELETE FROM journal WHERE seq <= ?').run(seq - KEPT);
      },
      () => {
        this.#latest = seq;
        this.onAppended?.(seq);
      },
    );
  }

  after(seq: number, limit: number): JournalEntry[] {
    const sql = 'SELECT seq, entry FROM journal WHERE seq > ? ORDER BY seq LIMIT ?';
    const rows = this.#database.read((database) => database.statement(sql).all(seq, Math.min(limit, PAGE)));
    return (rows ?? []).map(
      (row) => ({seq: row['seq'], ...JSON.parse(row['entry'] as string)}) as JournalEntry,
    );
  }
}

import {boundedJson} from './bounded-json.ts';
import type {CallRecord, LadderMessage} from './call-record.ts';
import type {Database} from './database.ts';
import type {CallLogReader} from './station-control.ts';

/** Calls that are kept; the oldest go. */
const KEPT = 5_000;
/** Ladders take far more room than records: only those of the newest calls are kept. */
const KEPT_LADDERS = 500;
/** And of these as many as have room in so many bytes, whoever sends long messages. */
const LADDER_BYTES = 16 * 1_048_576;
/** The first ladder, counted from the newest, that has no room any more. */
const CROWDED_OUT = `SELECT max(call) FROM
  (SELECT call, sum(octet_length(messages)) OVER (ORDER BY call DESC) AS bytes FROM ladders) WHERE bytes > ?`;
/** Most records that one `list` returns. */
const PAGE = 500;

/** The calls of the station, running ones included. */
export class CallLog implements CallLogReader {
  readonly #database: Database;
  #lastId: number;

  /** Calls that were going on when the station was killed are marked as interrupted. */
  constructor(options: {database: Database}) {
    this.#database = options.database;
    this.#lastId = options.database.highest('calls', 'id');
    this.#database.write((database) => {
      database
        .statement(
          `UPDATE calls SET running = 0, record = json_set(record, '$.result', 'interrupted',
         '$.text', 'The station was switched off or restarted during the call') WHERE running = 1`,
        )
        .run();
    });
  }

  /** The number for a new call. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** Writes `record` as it is now, new or changed. */
  save(record: CallRecord): void {
    const text = boundedJson(record);
    const running = record.result === null ? 1 : 0;
    this.#database.write((database) => {
      database
        .statement('INSERT OR REPLACE INTO calls (id, running, record) VALUES (?, ?, ?)')
        .run(record.id, running, text);
      database.statement('DELETE FROM calls WHERE id <= ?').run(record.id - KEPT);
    });
  }

  /** Keeps the SIP messages of a call. */
  saveLadder(call: number, messages: readonly LadderMessage[]): void {
    const text = JSON.stringify(messages);
    this.#database.write((database) => {
      database.statement('INSERT OR REPLACE INTO ladders (call, messages) VALUES (?, ?)').run(call, text);
      database.statement('DELETE FROM ladders WHERE call <= ?').run(call - KEPT_LADDERS);
      database.statement(`DELETE FROM ladders WHERE call <= (${CROWDED_OUT})`).run(LADDER_BYTES);
    });
  }

  list(limit: number, before = Number.MAX_SAFE_INTEGER): CallRecord[] {
    const sql = 'SELECT record FROM calls WHERE id < ? ORDER BY id DESC LIMIT ?';
    const rows = this.#database.read((database) =>
      database.statement(sql).all(before, Math.min(limit, PAGE)),
    );
    return (rows ?? []).map((row) => JSON.parse(row['record'] as string) as CallRecord);
  }

  get(id: number): CallRecord | undefined {
    const row = this.#database.read((database) =>
      database.statement('SELECT record FROM calls WHERE id = ?').get(id),
    );
    return row && (JSON.parse(row['record'] as string) as CallRecord);
  }

  /** The kept ladder of a call; undefined where there is none. */
  ladder(call: number): LadderMessage[] | undefined {
    const row = this.#database.read((database) =>
      database.statement('SELECT messages FROM ladders WHERE call = ?').get(call),
    );
    return row && (JSON.parse(row['messages'] as string) as LadderMessage[]);
  }
}

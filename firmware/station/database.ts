import {mkdirSync, readdirSync, renameSync, rmSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {DatabaseSync, type StatementSync} from 'node:sqlite';
import type {Clock, Timer} from '../base/clock.ts';
import type {Log} from './log.ts';

/**
 * How long writes are gathered before they are committed together; ms. Long enough for an INVITE to leave
 * before the disk is waited for.
 */
const COMMIT_DELAY = 20;
/** When a failed commit is tried again; ms. */
const RETRY_DELAY = 10_000;
/** Writes that wait for a broken disk; the oldest are given up beyond. */
const QUEUE_LIMIT = 1_000;

/** SQLITE_CORRUPT and SQLITE_NOTADB: a new file is begun. */
const DAMAGED = new Set([11, 26]);
/** SQLITE_BUSY: another process has the file. */
const BUSY = 5;
/**
 * The file is ours alone as long as it is open: two stations that count in the same file would overwrite each
 * other's calls.
 */
const SETTINGS = 'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;';

const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE numbering (floor INTEGER NOT NULL);
  CREATE TABLE journal (seq INTEGER PRIMARY KEY, entry TEXT NOT NULL);
  CREATE TABLE calls (id INTEGER PRIMARY KEY, running INTEGER NOT NULL, record TEXT NOT NULL);
  CREATE INDEX running_calls ON calls (id) WHERE running = 1;
  CREATE TABLE ladders (call INTEGER PRIMARY KEY, messages TEXT NOT NULL);
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

interface Write {
  /** Runs inside the transaction; again when that had to be rolled back. */
  run(database: Database): void;
  /** Called once it is safely on the disk. */
  done(): void;
}

/**
 * The station's file, SQLite with a write-ahead log and a full sync at each commit: what was committed
 * survives a power cut. Writes are queued and committed together. Trouble with the disk never reaches the
 * caller: it is logged, the queue (bounded) is tried again, reads find nothing.
 *
 * A damaged file, or one of a later version, is moved aside (the newest such is kept) and a new one begun.
 * What numbers had been given is unknown then, so the new file's begin at the seconds since 1970: above any
 * that less than one a second could have reached.
 */
export class Database {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #log: Log;
  #connection: DatabaseSync | undefined;
  #statements = new Map<string, StatementSync>();
  #queue: Write[] = [];
  #timer: Timer | undefined;
  /** Clock time before which a failed disk is left alone. */
  #restUntil = -Infinity;
  /** What was complained of last, so that a disk that stays broken does not fill the log. */
  #complaint = '';
  #closed = false;

  constructor(options: {file: string; clock: Clock; log: Log}) {
    this.#file = options.file;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /**
   * Opens the file now. Whatever is wrong with the disk is left for later.
   * @throws Error in plain words where another station has the file open.
   */
  open(): void {
    try {
      this.#connect();
    } catch (error) {
      if (resultCode(error) === BUSY) {
        const folder = dirname(this.#file);
        throw new Error(
          `The data folder ${folder} is in use by another station. Stop that one, or set another folder in data.`,
        );
      }
    }
  }

  /** Queues `run` for the next commit; `done` is called after it. */
  write(run: Write['run'], done: Write['done'] = () => {}): void {
    if (this.#closed) return;
    if (this.#queue.length >= QUEUE_LIMIT) this.#queue.shift();
    this.#queue.push({run, done});
    this.#timer ??= this.#clock.after(COMMIT_DELAY, () => this.flush());
  }

  /** Commits what is queued now. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#queue.length === 0) return;
    const writes = this.#queue;
    const committed = this.#guard(() => {
      const connection = this.#connect();
      connection.exec('BEGIN IMMEDIATE');
      try {
        for (const write of writes) write.run(this);
        connection.exec('COMMIT');
      } catch (error) {
        if (connection.isTransaction) connection.exec('ROLLBACK');
        throw error;
      }
      return true;
    });
    if (!committed) {
      this.#timer = this.#clock.after(RETRY_DELAY, () => this.flush());
      return;
    }
    this.#queue = [];
    if (this.#complaint !== '') this.#log.info('The journal is kept again.');
    this.#complaint = '';
    for (const write of writes) write.done();
  }

  /** The outcome of `query`, which sees everything written so far; undefined when the disk fails. */
  read<Value>(query: (database: Database) => Value): Value | undefined {
    if (this.#closed || this.#resting) return undefined;
    this.flush();
    if (this.#resting) return undefined;
    return this.#guard(() => {
      this.#connect();
      return query(this);
    });
  }

  get #resting(): boolean {
    return this.#clock.now() < this.#restUntil;
  }

  /** A prepared statement. Only within `write` and `read`. */
  statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#connect().prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** The highest number that may have been given in `column` of `table`; 0 for none. */
  highest(table: 'journal' | 'calls', column: 'seq' | 'id'): number {
    const sql = `SELECT max((SELECT floor FROM numbering), ifnull(max(${column}), 0)) AS highest FROM ${table}`;
    return this.read(() => this.statement(sql).get()?.['highest'] as number) ?? this.#unknownNumber();
  }

  /** Commits what is queued and closes the file. */
  close(): void {
    this.flush();
    this.#closed = true;
    this.#timer?.cancel();
    this.#disconnect();
  }

  /**
   * `action`'s value; undefined when the disk fails. A damaged file is replaced, and `action` tried once
   * more.
   */
  #guard<Value>(action: () => Value): Value | undefined {
    try {
      return action();
    } catch (error) {
      if (!isDamage(error)) return this.#failed(error);
    }
    try {
      this.#moveAside();
      return action();
    } catch (error) {
      return this.#failed(error);
    }
  }

  #failed(error: unknown): undefined {
    const complaint = `The journal cannot be kept: ${(error as Error).message} (${this.#file}).`;
    if (complaint !== this.#complaint) {
      this.#log.error(`${complaint} Is the disk full or read-only? Calls still work; it is tried again.`);
    }
    this.#complaint = complaint;
    this.#disconnect();
    this.#restUntil = this.#clock.now() + RETRY_DELAY;
    return undefined;
  }

  #connect(): DatabaseSync {
    if (this.#connection) return this.#connection;
    mkdirSync(dirname(this.#file), {recursive: true, mode: 0o700});
    const connection = new DatabaseSync(this.#file, {timeout: 1_000});
    try {
      connection.exec(SETTINGS);
      const version = connection.prepare('PRAGMA user_version').get()?.['user_version'] as number;
      if (version > SCHEMA_VERSION) throw new LaterVersion(`the file is of version ${version}`);
      if (version === 0) this.#create(connection, 0);
    } catch (error) {
      connection.close();
      throw error;
    }
    this.#connection = connection;
    return connection;
  }

  #create(connection: DatabaseSync, floor: number): void {
    connection.exec(`BEGIN IMMEDIATE; ${SCHEMA} INSERT INTO numbering VALUES (${floor}); COMMIT;`);
  }

  #disconnect(): void {
    this.#statements.clear();
    try {
      this.#connection?.close();
    } catch (error) {
      this.#log.error(`The journal's file did not close: ${(error as Error).message}`);
    }
    this.#connection = undefined;
  }

  #moveAside(): void {
    this.#disconnect();
    const folder = dirname(this.#file);
    const prefix = `${basename(this.#file)}.damaged-`;
    for (const name of readdirSync(folder)) {
      if (name.startsWith(prefix)) rmSync(join(folder, name));
    }
    const aside = join(folder, `${prefix}${this.#unknownNumber()}`);
    for (const ending of ['-wal', '-shm', '']) {
      if (readdirSync(folder).includes(basename(this.#file) + ending)) {
        renameSync(this.#file + ending, aside + ending);
      }
    }
    this.#log.error(`The journal's file is damaged. It was moved to ${aside}, and a new one begun.`);
    const connection = new DatabaseSync(this.#file);
    try {
      connection.exec(SETTINGS);
      this.#create(connection, this.#unknownNumber());
    } finally {
      connection.close();
    }
  }

  #unknownNumber(): number {
    return Math.floor(this.#clock.wallTime() / 1000);
  }
}

/** Written by a later version of Doorline. */
class LaterVersion extends Error {}

function isDamage(error: unknown): boolean {
  if (error instanceof LaterVersion) return true;
  return DAMAGED.has(resultCode(error));
}

/** SQLite's primary result code, the lower byte (https://sqlite.org/rescode.html); 0 for any other error. */
function resultCode(error: unknown): number {
  return ((error as {errcode?: number}).errcode ?? 0) & 0xff;
}

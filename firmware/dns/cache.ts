import type {Timer} from '../base/clock.ts';
import {failure, type Result, success} from '../base/result.ts';
import type {LookupFailure} from './client.ts';
import type {DnsRecord} from './record.ts';

/** Questions whose answers are kept. */
const entryLimit = 256;
/** How long (ms) an answer may still serve after its time, while no name server answers: three days (RFC 8767 section 5). */
const staleLimit = 3 * 86_400_000;
/** Pauses (ms) before a question that found no answer is asked again: doubled from the first to the last. */
const firstPause = 1000;
const lastPause = 10_000;

/** Who waits for an answer, and how long at most. */
export interface Waiting {
  readonly found: (answer: Result<readonly DnsRecord[], LookupFailure>) => void;
  timer: Timer | undefined;
}

/** What is known of one question. */
export class CacheEntry {
  /** Who waits for the query that is under way; undefined while none is. */
  waiting: Set<Waiting> | undefined;
  #records: readonly DnsRecord[] | undefined;
  #expires = 0;
  #failure: LookupFailure | undefined;
  #failures = 0;
  #retryAt = 0;

  /** The answer that needs no query at `now` (ms): one that holds, or what there is while a new query is too early. */
  known(now: number): Result<readonly DnsRecord[], LookupFailure> | undefined {
    if (this.#records && now < this.#expires) return success(this.#records);
    return now < this.#retryAt ? this.last(now) : undefined;
  }

  /** The last answer, though it may be old, or else the last failure. */
  last(now: number): Result<readonly DnsRecord[], LookupFailure> | undefined {
    if (this.#records && now < this.#expires + staleLimit) return success(this.#records);
    return this.#failure && failure(this.#failure);
  }

  /** Takes an answer that holds for `ttl` seconds from `now` (ms). */
  succeed(records: readonly DnsRecord[], ttl: number, now: number): void {
    this.#records = records;
    this.#expires = now + ttl * 1000;
    this.#failure = undefined;
    this.#failures = 0;
    this.#retryAt = 0;
  }

  /** What failed may be asked again at once. */
  forgetFailures(): void {
    this.#failures = 0;
    this.#retryAt = 0;
  }

  /** Notes that no answer was to be had; what is known stays. */
  fail(reason: LookupFailure, now: number): void {
    this.#failure = reason;
    this.#retryAt = now + Math.min(firstPause * 2 ** Math.min(this.#failures, 10), lastPause);
    this.#failures += 1;
  }
}

/** The entries by question, a bounded number of them: those that were used last. */
export class Cache {
  #entries = new Map<string, CacheEntry>();

  get size(): number {
    return this.#entries.size;
  }

  /** The entry of a question; a new one where there is none. */
  entry(key: string): CacheEntry {
    const entry = this.#entries.get(key) ?? new CacheEntry();
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > entryLimit) this.#dropOldest();
    return entry;
  }

  *values(): Iterable<CacheEntry> {
    yield* this.#entries.values();
  }

  #dropOldest(): void {
    for (const [key, {waiting}] of this.#entries) {
      if (waiting) continue;
      this.#entries.delete(key);
      return;
    }
  }
}

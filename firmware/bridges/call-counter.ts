import type {CallResult} from '../station/call-record.ts';
import type {CallLogReader} from '../station/station-control.ts';

/** Calls that are read at once. */
const PAGE = 100;

/** So many calls of a direction came out so. */
export interface CallCount {
  readonly direction: 'outgoing' | 'incoming';
  readonly result: CallResult;
  readonly count: number;
}

/** Counts the calls that have ended since it was made, from the call log: each once, however often it is asked. */
export class CallCounter {
  readonly #calls: CallLogReader;
  readonly #counts = new Map<string, CallCount>();
  /** All calls up to this number are counted, or were before. */
  #counted: number;

  constructor(calls: CallLogReader) {
    this.#calls = calls;
    this.#counted = calls.list(1)[0]?.id ?? 0;
  }

  counts(): readonly CallCount[] {
    for (const {id, direction, result} of this.#newCalls()) {
      // It goes on: it is counted when it has ended, and those after it then.
      if (result === null) break;
      const key = `${direction} ${result}`;
      this.#counts.set(key, {direction, result, count: (this.#counts.get(key)?.count ?? 0) + 1});
      this.#counted = id;
    }
    return [...this.#counts.values()];
  }

  /** The oldest first. */
  #newCalls() {
    const found = this.#calls.list(PAGE);
    for (let page = found; page.length === PAGE && page.at(-1)!.id > this.#counted + 1; ) {
      page = this.#calls.list(PAGE, page.at(-1)!.id);
      found.push(...page);
    }
    return found.filter(({id}) => id > this.#counted).reverse();
  }
}

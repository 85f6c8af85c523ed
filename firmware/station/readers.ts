import type {Reader, ReaderEntry, ReaderSetting} from '../../hal/hal.ts';
import type {Clock} from '../base/clock.ts';
import type {Config} from '../config/schema.ts';
import {CodeLock} from './door-codes.ts';
import type {Doors} from './doors.ts';
import type {JournalEvent} from './journal-event.ts';
import {RefusalBudget} from './refusal-budget.ts';
import type {RefusedCodes} from './refused-codes.ts';
import type {ReaderStatus} from './status.ts';

type ReaderConfig = Config['readers'][number];

/** Never throws: what is wrong with the device is told as its state. */
export type OpenReader = (setting: ReaderSetting) => Reader;

/** Nobody enters a second code, or shows a second card, so soon after the first (ms): a line that floods does. */
const BETWEEN_ENTRIES = 200;
/** So much of a card's number is shown: enough to tell one's own cards apart, too little to copy one. */
const SHOWN_DIGITS = 4;

interface ReaderParts {
  readonly doors: Pick<Doors, 'open'>;
  readonly clock: Clock;
  /** Takes what belongs into the journal. */
  readonly tell: (event: JournalEvent) => void;
  readonly refusals: RefusedCodes;
  /** A reader's status has changed. */
  readonly changed: () => void;
}

/** The readers of cards and keypads: what is on the list of one opens its doors, and all is told. */
export class Readers {
  readonly #configs: readonly ReaderConfig[];
  readonly #open: OpenReader;
  readonly #accesses: readonly ReaderAccess[];
  #readers: Reader[] = [];

  constructor(configs: readonly ReaderConfig[], open: OpenReader, parts: ReaderParts) {
    this.#configs = configs;
    this.#open = open;
    this.#accesses = configs.map((config) => new ReaderAccess(config, parts));
  }

  /** How each of them is, in the order of the configuration. */
  get states(): ReaderStatus[] {
    return this.#accesses.map(({status}) => ({...status}));
  }

  /** Opens the readers and begins to take what comes. */
  start(): void {
    this.#readers = this.#configs.map((config, index) => {
      const access = this.#accesses[index]!;
      const reader = this.#open(config);
      reader.onEntry = (entry) => access.take(entry);
      reader.onState = (fault) => access.state(fault);
      return reader;
    });
  }

  close(): void {
    for (const reader of this.#readers) reader.close();
  }
}

/** One reader. It has a lock-out of its own: whoever guesses here must not keep those out who open by telephone. */
class ReaderAccess {
  readonly status: ReaderStatus;
  readonly #config: ReaderConfig;
  readonly #codes: ReadonlySet<string>;
  readonly #shortest: number;
  readonly #parts: ReaderParts;
  readonly #lock = new CodeLock();
  readonly #budget = new RefusalBudget();
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(config: ReaderConfig, parts: ReaderParts) {
    this.#config = config;
    this.#codes = new Set(config.codes);
    this.#shortest = Math.min(...config.codes.map((code) => code.length));
    this.#parts = parts;
    const {name, kind} = config;
    this.status = {name, kind, connected: false, lastFault: null, read: 0, opened: 0, refused: 0};
  }

  take(entry: ReaderEntry): void {
    const now = this.#parts.clock.now();
    const isFlood = now - this.#lastAt < BETWEEN_ENTRIES;
    this.#lastAt = now;
    this.status.read += 1;
    this.#parts.changed();
    if (isFlood || this.#lock.locked(now)) return;
    if (this.#codes.size === 0) this.#tellUnbound(entry, now);
    else if (this.#codes.has(entry.digits)) this.#open(entry);
    // Too short to be a guess: a key that somebody brushed against, or noise.
    else if (entry.digits.length >= this.#shortest) this.#refuse(entry, now);
  }

  state(fault: string | undefined): void {
    const {name: reader} = this.#config;
    if (fault !== undefined) this.#parts.tell({kind: 'reader-down', reader, reason: fault});
    else if (!this.status.connected && this.status.lastFault !== null)
      this.#parts.tell({kind: 'reader-back', reader});
    this.status.connected = fault === undefined;
    this.status.lastFault = fault ?? this.status.lastFault;
    this.#parts.changed();
  }

  /** A reader that opens nothing. */
  #tellUnbound(entry: ReaderEntry, now: number): void {
    const {tell, untold} = this.#budget.take(now);
    const {name: reader} = this.#config;
    if (untold > 0) this.#parts.tell({kind: 'entries-untold', reader, count: untold});
    if (tell) this.#tell(entry, undefined);
  }

  #open(entry: ReaderEntry): void {
    this.#lock.clear();
    this.#tell(entry, true);
    if (this.#parts.doors.open(this.#config.doors, this.#by(entry))) this.status.opened += 1;
    else this.#parts.refusals.blocked();
  }

  #refuse(entry: ReaderEntry, now: number): void {
    this.#tell(entry, false);
    this.status.refused += 1;
    if (this.#lock.countWrong(now)) this.#parts.refusals.locked(`reader "${this.#config.name}"`);
    else this.#parts.refusals.wrong();
  }

  #tell({kind, digits}: ReaderEntry, known: boolean | undefined): void {
    const {name: reader} = this.#config;
    const bound = known === undefined ? {} : {known};
    if (kind === 'card') this.#parts.tell({kind: 'card-read', reader, card: shownCard(digits), ...bound});
    else this.#parts.tell({kind: 'code-entered', reader, ...bound});
  }

  #by({kind, digits}: ReaderEntry): string {
    const what = kind === 'card' ? `card ${shownCard(digits)}` : 'a code';
    return `${what} at reader "${this.#config.name}"`;
  }
}

function shownCard(number: string): string {
  return `…${number.slice(-SHOWN_DIGITS)}`;
}

/** So long may it take from one digit of an entry to the next; ms. */
const DIGIT_PAUSE = 3_000;
/**
 * A digit that comes a second time by the other way within this time (ms) is the same key: some phones send
 * both.
 */
const SAME_KEY = 500;
const WRONG_LIMIT = 5;
/** A wrong entry is forgotten after so many ms: guessing at that pace is slower than sitting out the lock. */
const WRONG_MEMORY = 60_000;
/** So long no code is taken after too many wrong ones; ms. */
export const LOCK_TIME = 30_000;

/** How a digit came: RFC 4733 events in RTP, tones in the sound, or SIP INFO. */
export type DigitSource = 'rtp' | 'tone' | 'info';

/** What a digit, or the pause after one, has brought about. */
export type CodeOutcome =
  | {readonly type: 'open'; readonly doors: readonly string[]}
  | {readonly type: 'wrong'}
  | {readonly type: 'locked'}
  /** Taken for nothing: an entry under way, a key that only extends the talk, or any while locked. */
  | {readonly type: 'nothing'};

const NOTHING: CodeOutcome = {type: 'nothing'};

/** Wrong entries over all calls, so that hanging up and calling again gains nothing. Times in ms. */
export class CodeLock {
  #wrong: number[] = [];
  #lockedUntil = -Infinity;

  locked(now: number): boolean {
    return now < this.#lockedUntil;
  }

  /** Counts a wrong entry; true when it was one too many and codes are locked now. */
  countWrong(now: number): boolean {
    this.#wrong = [...this.#wrong.filter((at) => now - at < WRONG_MEMORY), now];
    if (this.#wrong.length < WRONG_LIMIT) return false;
    this.#wrong = [];
    this.#lockedUntil = now + LOCK_TIME;
    return true;
  }

  /** A right code was entered. */
  clear(): void {
    this.#wrong = [];
  }
}

/**
 * Reads the digits of one call and finds the codes of the doors that its party may open.
 *
 * A code opens with its last digit, unless a longer code begins with it: then at the pause of 3 s or at "#".
 * An entry is wrong when it has as many digits as the longest code and is none; or when it stops, by the
 * pause or by "#", with at least as many digits as the shortest code has. Fewer digits and a pause are no
 * entry: any key extends the talk, and that must not lock the door. "*" begins anew and "#" ends an entry,
 * unless a code contains that key.
 */
export class CodeReader {
  readonly #codes: ReadonlyMap<string, readonly string[]>;
  readonly #lock: CodeLock;
  readonly #shortest: number;
  readonly #longest: number;
  readonly #starIsKey: boolean;
  readonly #hashIsKey: boolean;
  #entry = '';
  #lastDigitAt = -Infinity;
  #lastKey: {digit: string; source: DigitSource; at: number} | undefined;

  /** `codes`: code to names of its doors, only those that the party may use. */
  constructor(codes: ReadonlyMap<string, readonly string[]>, lock: CodeLock) {
    const lengths = [...codes.keys()].map((code) => code.length);
    this.#codes = codes;
    this.#lock = lock;
    this.#shortest = Math.min(...lengths);
    this.#longest = Math.max(...lengths);
    this.#starIsKey = [...codes.keys()].some((code) => code.includes('*'));
    this.#hashIsKey = [...codes.keys()].some((code) => code.includes('#'));
  }

  /** When `pause` is to be called; undefined while no entry is under way. */
  get wakeAt(): number | undefined {
    return this.#entry === '' ? undefined : this.#lastDigitAt + DIGIT_PAUSE;
  }

  /**
   * Whether `digit` is the echo of a key that came the other way already. Asked before `digit`, once for
   * each.
   */
  isRepeated(digit: string, source: DigitSource, now: number): boolean {
    const last = this.#lastKey;
    if (last && last.digit === digit && last.source !== source && now - last.at < SAME_KEY) return true;
    this.#lastKey = {digit, source, at: now};
    return false;
  }

  /** One key. `pause` must have been asked with the same `now` before. */
  digit(digit: string, now: number): CodeOutcome {
    if (this.#codes.size === 0) return NOTHING;
    if (this.#lock.locked(now)) {
      this.#entry = '';
      return NOTHING;
    }
    if (digit === '*' && !this.#starIsKey) {
      this.#entry = '';
      return NOTHING;
    }
    if (digit === '#' && !this.#hashIsKey) return this.#end(now);
    this.#entry += digit;
    this.#lastDigitAt = now;
    if (this.#codes.has(this.#entry) && !this.#hasLonger()) return this.#end(now);
    return this.#entry.length >= this.#longest ? this.#end(now) : NOTHING;
  }

  /** Ends an entry after which nothing has come for the pause. */
  pause(now: number): CodeOutcome {
    return this.#entry !== '' && now - this.#lastDigitAt >= DIGIT_PAUSE ? this.#end(now) : NOTHING;
  }

  #hasLonger(): boolean {
    return [...this.#codes.keys()].some((code) => code !== this.#entry && code.startsWith(this.#entry));
  }

  #end(now: number): CodeOutcome {
    const entry = this.#entry;
    this.#entry = '';
    const doors = this.#codes.get(entry);
    if (doors !== undefined) {
      this.#lock.clear();
      return {type: 'open', doors};
    }
    if (entry.length < this.#shortest) return NOTHING;
    return this.#lock.countWrong(now) ? {type: 'locked'} : {type: 'wrong'};
  }
}

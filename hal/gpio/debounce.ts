export interface DebounceOptions {
  /** A level counts once it has lasted this long (ms). */
  readonly debounceMs: number;
  /** After one activation no other is accepted for this long (ms). Deactivations always are. */
  readonly lockOutMs: number;
  /** The level at the start; it is nobody's change. */
  readonly initial: boolean;
}

/**
 * Decides which level changes of a contact are meant. Knows no clock: it is given the levels with their times, and
 * says when it wants to be asked again.
 */
export class Debounce {
  readonly #options: DebounceOptions;
  #accepted: boolean;
  #level: boolean;
  #levelSince = Number.NEGATIVE_INFINITY;
  #lockedUntil = Number.NEGATIVE_INFINITY;
  /** Changes that did not last. */
  glitches = 0;

  constructor(options: DebounceOptions) {
    this.#options = options;
    this.#accepted = options.initial;
    this.#level = options.initial;
  }

  /** The accepted level. */
  get active(): boolean {
    return this.#accepted;
  }

  /** Takes a level as it was seen on the line at time `at` (ms, never before an earlier one). */
  input(level: boolean, at: number): void {
    if (level === this.#level) return;
    const lasted = at - this.#levelSince >= this.#options.debounceMs;
    if (this.#level !== this.#accepted && !lasted) this.glitches += 1;
    this.#level = level;
    this.#levelSince = at;
  }

  /** When to call `accept` (ms); undefined as long as nothing is to be accepted. */
  get dueAt(): number | undefined {
    if (this.#level === this.#accepted) return undefined;
    const stableAt = this.#levelSince + this.#options.debounceMs;
    return this.#level ? Math.max(stableAt, this.#lockedUntil) : stableAt;
  }

  /** Accepts the pending change where it is due at time `at` (ms); returns whether it did. */
  accept(at: number): boolean {
    if (this.dueAt === undefined || at < this.dueAt) return false;
    this.#accepted = this.#level;
    if (this.#accepted) this.#lockedUntil = at + this.#options.lockOutMs;
    return true;
  }
}

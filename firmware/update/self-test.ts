import type {Clock, Timer} from '../base/clock.ts';

/** All must have passed so long after the start; ms. */
const LIMIT = 90_000;
/** The time between two tries; ms. */
const PAUSE = 2_000;

/** One thing that must work. */
export interface Check {
  /** What it is, for the journal: "the page answers". */
  readonly name: string;
  /** Whether it works now; a rejection counts as no. It may also never answer. */
  passes(): boolean | Promise<boolean>;
}

/** Finds out after the start whether the firmware works; each thing must be seen to work once. */
export class SelfTest {
  readonly #clock: Clock;
  readonly #timers = new Map<Check | 'limit', Timer>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `done` once, with the names of what did not work in time; none where all did. */
  run(checks: readonly Check[], done: (failed: readonly string[]) => void): void {
    const open = new Set(checks);
    const end = () => {
      this.close();
      done(Array.from(open, ({name}) => name));
    };
    const look = async (check: Check): Promise<void> => {
      const works = await passes(check);
      if (this.#closed) return;
      if (!works)
        this.#timers.set(
          check,
          this.#clock.after(PAUSE, () => void look(check)),
        );
      else if (open.delete(check) && open.size === 0) end();
    };
    this.#timers.set('limit', this.#clock.after(LIMIT, end));
    for (const check of checks) void look(check);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
  }
}

async function passes(check: Check): Promise<boolean> {
  try {
    return await check.passes();
  } catch {
    return false;
  }
}

import type {Clock, Timer} from '../base/clock.ts';

/** All must have passed so long after the start; ms. */
const LIMIT = 90_000;
/** The time between two tries; ms. */
const PAUSE = 2_000;

/** One thing that must work. */
export interface Check {
  /** What it is, for the journal: "the page answers". */
  readonly name: string;
  /** Whether it works now; a rejection counts as no. */
  passes(): boolean | Promise<boolean>;
}

/** Finds out after the start whether the firmware works; each thing must be seen to work once. */
export class SelfTest {
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `done` once, with the names of what did not work in time; none where all did. */
  run(checks: readonly Check[], done: (failed: readonly string[]) => void): void {
    const end = this.#clock.now() + LIMIT;
    const look = async (open: readonly Check[]): Promise<void> => {
      const passed = await Promise.all(open.map(passes));
      if (this.#closed) return;
      const left = open.filter((_, index) => !passed[index]);
      if (left.length === 0 || this.#clock.now() >= end) done(left.map(({name}) => name));
      else this.#timer = this.#clock.after(PAUSE, () => void look(left));
    };
    void look(checks);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }
}

async function passes(check: Check): Promise<boolean> {
  try {
    return await check.passes();
  } catch {
    return false;
  }
}

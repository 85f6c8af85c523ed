import type {Clock, Timer} from '../base/clock.ts';

/** How often the time of day is looked at: it may jump, when the network tells it; ms. */
const LOOK = 30_000;

export interface ScheduleOptions {
  readonly url: string;
  /** Minutes after midnight, local time. */
  readonly at: number;
  readonly clock: Clock;
  /** What identifies the content under the URL now, such as its entity tag. Rejects where it cannot be told. */
  readonly identify: (url: string) => Promise<string>;
  /** What was installed or refused for good from there last. */
  readonly memory: {last: string | undefined};
  /** Begins the update, where one is taken now; `done` is told in the end whether it need not be tried again. */
  readonly begin: (url: string, done: (settled: boolean) => void) => void;
  /** Told why nothing could be found out. */
  readonly warn: (text: string) => void;
}

/** Looks for an update once a day, and takes what it has not taken before. */
export class UpdateSchedule {
  readonly #options: ScheduleOptions;
  #timer: Timer | undefined;
  /** The minute that was looked at last. */
  #minute: number;

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#minute = this.#now();
    this.#wait();
  }

  close(): void {
    this.#timer?.cancel();
  }

  #wait(): void {
    this.#timer = this.#options.clock.after(LOOK, () => {
      const before = this.#minute;
      this.#minute = this.#now();
      if (before !== this.#minute && this.#minute === this.#options.at) void this.#look();
      this.#wait();
    });
  }

  async #look(): Promise<void> {
    const {url, identify, memory, begin, warn} = this.#options;
    try {
      const found = await identify(url);
      if (found === memory.last) return;
      begin(url, (settled) => {
        if (settled) this.#remember(found);
      });
    } catch (error) {
      warn(`There may be an update, but it cannot be found out: ${(error as Error).message}`);
    }
  }

  #remember(found: string): void {
    const {memory, warn} = this.#options;
    try {
      memory.last = found;
    } catch (error) {
      warn(`The same update will be tried again: ${(error as Error).message}`);
    }
  }

  #now(): number {
    const now = new Date(this.#options.clock.wallTime());
    return 60 * now.getHours() + now.getMinutes();
  }
}

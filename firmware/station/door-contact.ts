import type {InputLine} from '../../hal/hal.ts';
import type {Clock, Timer} from '../base/clock.ts';
import type {JournalEvent} from './journal-event.ts';

/** So long after its release (ms) a door may still be pushed open. */
const PUSH_TIME = 3_000;

/**
 * Watches whether a door stands open: a magnetic contact whose loop is closed, and the line active, while the door is
 * shut, so that a cut wire looks like an open door.
 */
export class DoorContact {
  readonly #door: string;
  readonly #input: InputLine;
  readonly #clock: Clock;
  readonly #heldOpenSeconds: number;
  readonly #mayOpen: ((milliseconds: number) => boolean) | undefined;
  readonly #tell: (event: JournalEvent) => void;
  readonly #changed: () => void;
  #timer: Timer | undefined;

  /**
   * `mayOpen(ms)` says whether the door was released within so many ms. Undefined where people may leave without the
   * station's knowing: then no opening counts as forced.
   */
  constructor(options: {
    door: string;
    input: InputLine;
    clock: Clock;
    heldOpenSeconds: number;
    mayOpen: ((milliseconds: number) => boolean) | undefined;
    tell: (event: JournalEvent) => void;
    changed: () => void;
  }) {
    this.#door = options.door;
    this.#input = options.input;
    this.#clock = options.clock;
    this.#heldOpenSeconds = options.heldOpenSeconds;
    this.#mayOpen = options.mayOpen;
    this.#tell = options.tell;
    this.#changed = options.changed;
  }

  /** Whether the door stands open. */
  get open(): boolean {
    return !this.#input.active;
  }

  /** Begins to watch. A door that stands open at the start was not forced. */
  start(): void {
    this.#input.onChange = (shut) => this.#moved(shut);
    if (this.open) this.#waitForShutting();
  }

  close(): void {
    this.#input.onChange = undefined;
    this.#timer?.cancel();
  }

  #moved(shut: boolean): void {
    this.#timer?.cancel();
    if (shut) {
      this.#tell({kind: 'door-shut', door: this.#door});
    } else {
      const forced = this.#mayOpen !== undefined && !this.#mayOpen(PUSH_TIME);
      this.#tell({kind: forced ? 'door-forced' : 'door-ajar', door: this.#door});
      this.#waitForShutting();
    }
    this.#changed();
  }

  #waitForShutting(): void {
    const seconds = this.#heldOpenSeconds;
    this.#timer = this.#clock.after(seconds * 1000, () =>
      this.#tell({kind: 'door-left-open', door: this.#door, seconds}),
    );
  }
}

import type {SystemFacts} from '../../hal/hal.ts';
import type {Clock, Timer} from '../base/clock.ts';
import type {JournalEvent} from './journal-event.ts';

/** How often the machine is looked at; ms. Nothing in it changes faster than that matters. */
const LOOK = 30_000;
/** From so many °C on it is told as too hot; processors slow down at 80 to 85. */
const HOT = 80;
/** It has cooled down at so many. */
const COOL = 72;

/** Watches temperature, throttling and voltage of the machine, and tells what gets worse or better. */
export class SystemMonitor {
  readonly #read: () => SystemFacts;
  readonly #clock: Clock;
  readonly #tell: (event: JournalEvent) => void;
  #facts: SystemFacts;
  #hot = false;
  #throttled = false;
  #undervoltage = false;
  #timer: Timer | undefined;

  constructor(options: {
    read: () => SystemFacts;
    clock: Clock;
    tell: (event: JournalEvent) => void;
  }) {
    this.#read = options.read;
    this.#clock = options.clock;
    this.#tell = options.tell;
    this.#facts = this.#read();
  }

  /** As it was at the last look. */
  get facts(): SystemFacts {
    return this.#facts;
  }

  /** Begins to watch. A machine that tells nothing of itself is left alone. */
  start(): void {
    if (Object.values(this.#facts).every((fact) => fact === null)) return;
    const next = () => {
      this.#timer = this.#clock.after(LOOK, () => {
        this.#facts = this.#read();
        next();
      });
      this.#judge();
    };
    next();
  }

  close(): void {
    this.#timer?.cancel();
  }

  #judge(): void {
    const {temperature, throttled, undervoltage} = this.#facts;
    const hot = temperature !== null && temperature >= (this.#hot ? COOL : HOT);
    if (hot !== this.#hot && temperature !== null) {
      this.#tell({kind: hot ? 'too-hot' : 'cooled-down', celsius: Math.round(temperature)});
    }
    this.#hot = hot;
    if ((throttled ?? false) !== this.#throttled) {
      this.#throttled = !this.#throttled;
      this.#tell({kind: this.#throttled ? 'slowed-down' : 'full-speed'});
    }
    if ((undervoltage ?? false) === this.#undervoltage) return;
    this.#undervoltage = !this.#undervoltage;
    this.#tell({kind: this.#undervoltage ? 'voltage-low' : 'voltage-good'});
  }
}

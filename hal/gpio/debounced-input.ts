import type {Clock, InputLine, Timer} from '../hal.ts';
import {Debounce, type DebounceOptions} from './debounce.ts';

/** An input line whose driver reports raw levels; what comes out is debounced. */
export class DebouncedInput implements InputLine {
  readonly name: string;
  onChange: ((active: boolean, at: number) => void) | undefined;
  readonly #debounce: Debounce;
  readonly #clock: Clock;
  readonly #deliver: (() => void) | undefined;
  #timer: Timer | undefined;

  /** `deliver` has the driver report levels that it knows of and has not reported yet. */
  constructor(name: string, options: DebounceOptions, clock: Clock, deliver?: () => void) {
    this.name = name;
    this.#debounce = new Debounce(options);
    this.#clock = clock;
    this.#deliver = deliver;
  }

  get active(): boolean {
    return this.#debounce.active;
  }

  get glitches(): number {
    return this.#debounce.glitches;
  }

  /** The driver saw this level on the line, active or not, at the clock's time `at`: now or, told late, before. */
  level(active: boolean, at = this.#clock.now()): void {
    this.#accept(at);
    this.#debounce.input(active, at);
    this.#wait();
  }

  /** Reports nothing more. */
  close(): void {
    this.#timer?.cancel();
    this.onChange = undefined;
  }

  #wait(): void {
    this.#timer?.cancel();
    const {dueAt} = this.#debounce;
    if (dueAt === undefined) return;
    this.#timer = this.#clock.after(Math.max(0, dueAt - this.#clock.now()), () => {
      this.#deliver?.();
      // Timers may fire a fraction of a millisecond early.
      if (!this.#accept(this.#clock.now())) this.#wait();
    });
  }

  #accept(at: number): boolean {
    if (!this.#debounce.accept(at)) return false;
    this.onChange?.(this.#debounce.active, at);
    return true;
  }
}

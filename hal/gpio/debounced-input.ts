import type {Clock, InputLine, Timer} from '../hal.ts';
import {Debounce, type DebounceOptions} from './debounce.ts';

/** An input line whose driver reports raw levels; what comes out is debounced. */
export class DebouncedInput implements InputLine {
  readonly name: string;
  onChange: ((active: boolean, at: number) => void) | undefined;
  readonly #debounce: Debounce;
  readonly #clock: Clock;
  #timer: Timer | undefined;

  constructor(name: string, options: DebounceOptions, clock: Clock) {
    this.name = name;
    this.#debounce = new Debounce(options);
    this.#clock = clock;
  }

  get active(): boolean {
    return this.#debounce.active;
  }

  get glitches(): number {
    return this.#debounce.glitches;
  }

  /** The driver saw this level on the line: active or not. */
  level(active: boolean): void {
    this.#accept();
    this.#debounce.input(active, this.#clock.now());
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
      // Timers may fire a fraction of a millisecond early.
      if (!this.#accept()) this.#wait();
    });
  }

  #accept(): boolean {
    const now = this.#clock.now();
    if (!this.#debounce.accept(now)) return false;
    this.onChange?.(this.#debounce.active, now);
    return true;
  }
}

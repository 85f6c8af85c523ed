import type {InputLine} from '../../hal/hal.ts';
import type {Clock, Timer} from '../base/clock.ts';

/** Held for so long (ms), a press is a long one. */
const LONG = 2_000;
/** A second press that begins so soon after the first has ended (ms) makes both a double one. */
const DOUBLE = 400;
/** Nobody holds a bell for so long (ms): it is jammed, or its wire is. */
const STUCK = 60_000;

export interface ButtonListener {
  /** Pressed at clock time `at` (ms). Comes at once, before it is known what the press will be. */
  pressed(at: number): void;
  /** What the presses were, besides being presses. A long one is told while it is still held. */
  gesture(gesture: 'double' | 'long'): void;
  /** Held for a minute (true), and free again (false). While it is stuck, no press can come. */
  stuck(stuck: boolean): void;
  /** The line has moved, after all that it meant was told. */
  moved(): void;
}

/** Tells what somebody does with a button. A press that lasts since before the start counts for nothing. */
export class ButtonWatch {
  readonly #input: InputLine;
  readonly #clock: Clock;
  readonly #listener: ButtonListener;
  /** End of a press that another may make a double one. */
  #releasedAt = Number.NEGATIVE_INFINITY;
  #double = false;
  #timer: Timer | undefined;
  #stuck = false;

  constructor(input: InputLine, clock: Clock, listener: ButtonListener) {
    this.#input = input;
    this.#clock = clock;
    this.#listener = listener;
    input.onChange = (active, at) => {
      if (active) this.#press(at);
      else this.#release(at);
      listener.moved();
    };
    if (input.active) this.#timer = clock.after(STUCK, () => this.#jam());
  }

  get pressed(): boolean {
    return this.#input.active;
  }

  get stuck(): boolean {
    return this.#stuck;
  }

  /** Level changes that were too short to count, since the start. */
  get glitches(): number {
    return this.#input.glitches;
  }

  close(): void {
    this.#input.onChange = undefined;
    this.#timer?.cancel();
  }

  #press(at: number): void {
    this.#double = at - this.#releasedAt <= DOUBLE;
    this.#timer?.cancel();
    this.#timer = this.#clock.after(LONG, () => {
      this.#listener.gesture('long');
      this.#timer = this.#clock.after(STUCK - LONG, () => this.#jam());
    });
    this.#listener.pressed(at);
    if (this.#double) this.#listener.gesture('double');
  }

  #release(at: number): void {
    this.#timer?.cancel();
    this.#releasedAt = this.#double ? Number.NEGATIVE_INFINITY : at;
    if (!this.#stuck) return;
    this.#stuck = false;
    this.#listener.stuck(false);
  }

  #jam(): void {
    this.#stuck = true;
    this.#listener.stuck(true);
    this.#listener.moved();
  }
}

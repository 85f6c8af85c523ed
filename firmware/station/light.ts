import type {LightRing} from '../../hal/hal.ts';
import type {Clock, Timer} from '../base/clock.ts';
import {drawLight, LIGHT_STATES, type LightState, nextChange} from './light-pattern.ts';
import type {Log} from './log.ts';

/**
 * Shows the most urgent of the states that hold. Its timer runs only while a pattern moves or a state will
 * end by itself.
 */
export class Light {
  readonly #ring: LightRing | undefined;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #frame: Uint8Array;
  /** The states that hold, and when they end by themselves. */
  readonly #until = new Map<LightState, number>([['ready', Infinity]]);
  #shown: LightState = 'ready';
  #since: number;
  #timer: Timer | undefined;
  #broken = false;
  #closed = false;
  /** A new frame is shown. The bytes are valid until the next. */
  onFrame: ((frame: Uint8Array) => void) | undefined;

  constructor(options: {ring: LightRing | undefined; clock: Clock; log: Log}) {
    this.#ring = options.ring;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#frame = new Uint8Array(3 * (options.ring?.count ?? 0));
    this.#since = this.#clock.now();
    this.#update();
  }

  /** The state that is shown. */
  get state(): LightState {
    return this.#shown;
  }

  /** The frame that is shown: red, green, blue for each light. */
  get frame(): Uint8Array {
    return this.#frame;
  }

  /**
   * From now on `state` holds, for `milliseconds` or until `clear`. One that holds already is prolonged, but
   * starts anew when it is a flash.
   */
  set(state: LightState, milliseconds = Infinity): void {
    if (milliseconds !== Infinity && this.#shown === state) this.#since = this.#clock.now();
    this.#until.set(state, this.#clock.now() + milliseconds);
    this.#update();
  }

  /** `state` holds no longer. */
  clear(state: Exclude<LightState, 'ready'>): void {
    if (this.#until.delete(state)) this.#update();
  }

  /** Dark, and no timer left. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#frame.fill(0);
    this.#show();
  }

  #update(): void {
    if (this.#closed) return;
    const now = this.#clock.now();
    for (const [state, until] of this.#until) if (until <= now) this.#until.delete(state);
    const state = LIGHT_STATES.find((candidate) => this.#until.has(candidate)) ?? 'ready';
    if (state !== this.#shown) {
      this.#shown = state;
      this.#since = now;
    }
    drawLight(this.#frame, state, now - this.#since);
    this.#show();
    this.#timer?.cancel();
    this.#timer = undefined;
    const nextEnd = Math.min(...this.#until.values());
    const nextFrame = this.#frame.length > 0 ? nextChange(state, now - this.#since) : Infinity;
    const wait = Math.min(nextEnd - now, nextFrame);
    if (wait !== Infinity) this.#timer = this.#clock.after(wait, () => this.#update());
  }

  #show(): void {
    if (this.#frame.length === 0) return;
    try {
      this.#ring?.show(this.#frame);
    } catch (error) {
      // The door must work without its light.
      if (!this.#broken) this.#log.error(`The light ring does not work: ${(error as Error).message}`);
      this.#broken = true;
    }
    this.onFrame?.(this.#frame);
  }
}

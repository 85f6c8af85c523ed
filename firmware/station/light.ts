import type {LightRing} from '../../hal/hal.ts';
import type {Clock, Timer} from '../base/clock.ts';
import {type BrightnessSettings, brightnessAt} from './light-brightness.ts';
import {drawLight, LIGHT_STATES, type LightState, nextChange} from './light-pattern.ts';
import type {Log} from './log.ts';

/** How often it is looked whether day or night has begun: the time of day may jump, when the network tells it; ms. */
const DAYTIME_CHECK = 60_000;

/**
 * Shows the most urgent of the states that hold. Its timer runs only while a pattern moves or a state will
 * end by itself, and once a minute where nights have a brightness of their own; without a light, for states alone.
 */
export class Light {
  readonly #ring: LightRing | undefined;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #frame: Uint8Array;
  readonly #settings: BrightnessSettings;
  #brightness = 1;
  #brightnessUntil = Number.NEGATIVE_INFINITY;
  /** The states that hold, and when they end by themselves. */
  readonly #until = new Map<LightState, number>([['ready', Infinity]]);
  /** When the first of them does. */
  #nextEnd = Infinity;
  #shown: LightState = 'ready';
  #since: number;
  #timer: Timer | undefined;
  #broken = false;
  #closed = false;
  /** A new frame is shown. The bytes are valid until the next. */
  onFrame: ((frame: Uint8Array) => void) | undefined;

  constructor(options: {
    ring: LightRing | undefined;
    brightness: BrightnessSettings;
    clock: Clock;
    log: Log;
  }) {
    this.#ring = options.ring;
    this.#settings = options.brightness;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#frame = new Uint8Array(3 * (options.ring?.count ?? 0));
    this.#since = this.#clock.now();
    this.#update(this.#since);
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
    const now = this.#clock.now();
    if (milliseconds !== Infinity && this.#shown === state) this.#since = now;
    this.#until.set(state, now + milliseconds);
    this.#update(now);
  }

  /** `state` holds no longer. */
  clear(state: Exclude<LightState, 'ready'>): void {
    if (this.#until.delete(state)) this.#update(this.#clock.now());
  }

  /** Dark, and no timer left. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#frame.fill(0);
    this.#show();
  }

  /** Finds the state to be shown. */
  #update(now: number): void {
    if (this.#closed) return;
    for (const [state, until] of this.#until) if (until <= now) this.#until.delete(state);
    this.#nextEnd = Math.min(...this.#until.values());
    const state = LIGHT_STATES.find((candidate) => this.#until.has(candidate)) ?? 'ready';
    if (state !== this.#shown) {
      this.#shown = state;
      this.#since = now;
    }
    this.#timer?.cancel();
    this.#draw(now);
  }

  #draw(now: number): void {
    let next = this.#nextEnd;
    const count = this.#frame.length / 3;
    if (count > 0) {
      if (now >= this.#brightnessUntil) {
        this.#brightness = brightnessAt(this.#settings, this.#clock.wallTime());
        this.#brightnessUntil = this.#settings.night ? now + DAYTIME_CHECK : Infinity;
      }
      const time = now - this.#since;
      drawLight(this.#frame, this.#shown, time);
      this.#show();
      next = Math.min(next, this.#brightnessUntil, now + nextChange(this.#shown, time, count));
    }
    this.#timer = next === Infinity ? undefined : this.#clock.after(next - now, () => this.#timerFired(next));
  }

  /** Timers may fire a fraction of a millisecond early: what is drawn is what was waited for, not the same once more. */
  #timerFired(next: number): void {
    const now = Math.max(next, this.#clock.now());
    if (now >= this.#nextEnd) this.#update(now);
    else this.#draw(now);
  }

  #show(): void {
    if (this.#frame.length === 0) return;
    try {
      this.#ring?.show(this.#frame, this.#brightness);
    } catch (error) {
      // The door must work without its light.
      if (!this.#broken) this.#log.error(`The light does not work: ${(error as Error).message}`);
      this.#broken = true;
    }
    this.onFrame?.(this.#frame);
  }
}

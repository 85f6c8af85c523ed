import {frameSamples} from '../frame.ts';

/** Below this mean square, in dB, what is played is too weak to echo. */
const faintest = 30;
/** How fast the level of what is left is smoothed, per frame: single frames say little about who speaks. */
const smoothing = 0.08;
/** Changes in dB a frame of levels that so follow a quantile: 95 % of what is left lies below the one, 25 % below the other. */
const usually = {up: 0.285, down: 0.015} as const;
const atLeast = {up: 0.04, down: 0.12} as const;
/** How far above what is usually left it must stand to be speech, in dB. */
const standsOut = 0.8;
/** Speech has so much of the last second that it is not a mistake; then nothing is learnt. */
const speaking = 0.3;
/** Over so many dB below that it fades, down to so many dB: what is left of the echo, and in half duplex. */
const fade = 3;
const deepest = {residual: 22, halfDuplex: 45} as const;
/** So far below what is played nothing needs to be taken away any more, in dB; for each dB above it, four are. */
const inaudible = -28.5;
/** Frames for which speech holds the way open. */
const hold = 2;
/** Frames for which an echo goes on to sound, that in which the preprocessor delays it included. */
const tail = 4;
/** Frames whose level is remembered: longer than any delay. */
const remembered = 64;
/** Of the echo so much is left at the least, in dB, that the canceller does not do its work: half duplex begins, and ends. */
const hopeless = {begin: -5, end: -12} as const;

/**
 * Takes away what is left of the echo while nobody speaks: what a loudspeaker distorts no linear filter can foresee. How much
 * is left it learns against what is played, and whatever stands out above that for some frames is speech and passes
 * whole. Where that much is left that speech could not, it is half duplex: who is spoken to has to wait.
 */
export class ResidualSuppressor {
  /** Whether it always is half duplex. */
  readonly #always: boolean;
  /** What is usually left, in dB against what is played. */
  #usual = -20;
  /** What is left at present. */
  #left = -20;
  /** What is left at the least, in dB against the echo. */
  #least = -25;
  /** What was played in the last frames, in dB; a ring. */
  readonly #played = new Float64Array(remembered);
  #frames = 0;
  /** What part of the last second stood out. */
  #speech = 0;
  #holding = 0;
  #gain = 1;
  #hopeless = false;

  /** `always`: half duplex whatever the echo. */
  constructor(always: boolean) {
    this.#always = always;
  }

  get halfDuplex(): boolean {
    return this.#always || this.#hopeless;
  }

  /** Whether the last frame was taken for speech of the near side, or for nothing at all. */
  get open(): boolean {
    return this.#holding > 0;
  }

  /**
   * `frame`: what is left after all else, changed. `played` is what was played in the same step, which echoes so many
   * samples later as `delay` says; `echo` is the mean square of what was cancelled.
   */
  process(frame: Int16Array, played: Int16Array, delay: number, echo: number): void {
    this.#played[this.#frames++ % remembered] = decibels(meanSquare(played));
    const loudest = this.#loudest(Math.floor(delay / frameSamples));
    if (loudest < faintest) {
      this.#holding = hold;
      this.#apply(frame, 0);
      return;
    }
    const level = decibels(meanSquare(frame));
    this.#left += smoothing * (level - loudest - this.#left);
    const above = this.#left - this.#usual - standsOut;
    this.#learn(above > 0);
    this.#judge(level - decibels(echo));
    this.#holding = above > 0 && !this.halfDuplex ? hold : Math.max(0, this.#holding - 1);
    const share = Math.max(0, Math.min(1, -above / fade));
    const needed = Math.max(0, Math.min(deepest.residual, 4 * (this.#usual - inaudible)));
    const attenuation = this.halfDuplex ? deepest.halfDuplex : needed * share;
    this.#apply(frame, this.#holding > 0 ? 0 : attenuation);
  }

  /** Of the frames that may sound now, when an echo comes so many frames later. */
  #loudest(delay: number): number {
    let loudest = 0;
    for (let age = delay; age < delay + tail; age++) {
      const level = this.#played[(this.#frames - 1 - age + 2 * remembered) % remembered]!;
      if (level > loudest) loudest = level;
    }
    return loudest;
  }

  #learn(standingOut: boolean): void {
    this.#speech += ((standingOut ? 1 : 0) - this.#speech) / 50;
    if (this.#left <= this.#usual) this.#usual -= usually.down;
    else if (this.#speech < speaking) this.#usual += usually.up;
  }

  /** Whether the canceller does its work: `left` is against the echo. */
  #judge(left: number): void {
    this.#least += left > this.#least ? atLeast.up : -atLeast.down;
    if (this.#least > hopeless.begin) this.#hopeless = true;
    if (this.#least < hopeless.end) this.#hopeless = false;
  }

  /** Changes the gain along the first quarter of the frame when it opens, along the whole frame when it closes. */
  #apply(frame: Int16Array, attenuation: number): void {
    const target = 10 ** (-attenuation / 20);
    if (target === 1 && this.#gain === 1) return;
    const opens = target > this.#gain;
    const length = opens ? frameSamples / 4 : frameSamples;
    const goal = opens ? target : Math.max(target, this.#gain * 0.5);
    const step = (goal - this.#gain) / length;
    for (let index = 0; index < frameSamples; index++) {
      if (index < length) this.#gain += step;
      frame[index] = Math.round(frame[index]! * this.#gain);
    }
    this.#gain = goal;
  }
}

function meanSquare(frame: Int16Array): number {
  let sum = 0;
  for (let index = 0; index < frame.length; index++) sum += frame[index]! * frame[index]!;
  return sum / frame.length;
}

function decibels(power: number): number {
  return 10 * Math.log10(power + 1e-3);
}

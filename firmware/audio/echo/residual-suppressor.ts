import {frameSamples} from '../frame.ts';
import {type FrameLevels, HalfDuplexSwitch} from './half-duplex-switch.ts';
import {LevelLikeness} from './level-likeness.ts';

/** Below this mean square, in dB, what is played is too weak to echo. */
const faintest = 30;
/** The weakest echo that counts in figures, in dB. */
const weakest = 30;
/** How fast the level of what is left is smoothed, per frame: single frames say little about who speaks. */
const smoothing = 0.08;
/** Changes in dB a frame of a level that so follows a quantile: 95 % of what is left lies below it. */
const usually = {up: 0.285, upInSpeech: 0.06, down: 0.015} as const;
/** How far above what is usually left it must stand to be speech, in dB. */
const standsOut = 0.8;
/** Speech has so much of the last second that it is not a mistake; then little is learnt. */
const speaking = 0.3;
/**
 * What rises and falls with the echo by so much is what is left of it; and by so much even where it stands out like speech. It has to
 * do so with what is played too, by as much as `played`: a canceller that finds no echo takes speech of the near side for one.
 */
const like = {left: 0.5, loud: 0.7, played: 0.3} as const;
/** How fast the level of a noise rises with what is louder, in dB a frame; and what lies so far above it at most is noise. */
const noiseRise = 0.02;
const noiseSpread = 4;
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
/** So far above the noise of the line the other side speaks, in dB. */
const farSpeech = 6;

/**
 * Takes away what is left of the echo while nobody speaks: what a loudspeaker distorts no linear filter can foresee. How much
 * is left it learns against what is played, from what rises and falls with the echo; and whatever stands out above that, and
 * above the noise, for some frames is speech and passes whole. Where so much is left that speech could not, it is half
 * duplex: who is spoken to has to wait, but not for the noise of a line.
 */
export class ResidualSuppressor {
  /** Whether it always is half duplex. */
  readonly #always: boolean;
  /** What is usually left, in dB against what is played. */
  #usual = -20;
  /** By how much more is left at present than usual and noise, in dB. */
  #excess = 0;
  /** Level of the noise, in dB. */
  #noise = 40;
  /** The same of what is played. */
  #farNoise = faintest;
  readonly #level = new Level();
  readonly #levels = {played: 0, echo: 0, left: 0} satisfies FrameLevels;
  /** Levels of the echo in this frame and the one before, in dB: cleaning delays by a frame. */
  #echo = 0;
  #echoBefore = 0;
  readonly #likenessToEcho = new LevelLikeness();
  readonly #likenessToPlayed = new LevelLikeness();
  /** What was played in the last frames, in dB; a ring. */
  readonly #played = new Float64Array(remembered);
  #frames = 0;
  /** What part of the last second stood out. */
  #speech = 0;
  #holding = 0;
  /** What is to be taken away of this frame, in dB. */
  #attenuation = 0;
  #gain = 1;
  readonly #switch = new HalfDuplexSwitch();

  /** `always`: half duplex whatever the echo. */
  constructor(always: boolean) {
    this.#always = always;
  }

  get halfDuplex(): boolean {
    return this.#always || this.#switch.on;
  }

  /** Whether the last frame held an echo that is worth a measurement. */
  get echoes(): boolean {
    return this.#echo > weakest;
  }

  /** Whether the last frame was taken for speech of the near side, or for nothing at all. */
  get open(): boolean {
    return this.#holding > 0;
  }

  /** Takes a frame before and after the echo was cancelled, which comes before what `process` is given. */
  compare(before: Int16Array, after: Int16Array): void {
    let sum = 0;
    for (let index = 0; index < frameSamples; index++) {
      const difference = before[index]! - after[index]!;
      sum += difference * difference;
    }
    this.#echoBefore = this.#echo;
    this.#echo = decibels(sum / frameSamples);
  }

  /**
   * `frame`: what is left after all else, changed. `played` is what was played in the same step, which echoes so many frames
   * later as `delay` says, a whole number.
   */
  process(frame: Int16Array, played: Int16Array, delay: number): void {
    this.#measure(frame, played, delay);
    if (this.#levels.played < faintest) {
      this.#holding = hold;
      this.#attenuation = 0;
    } else {
      this.#follow();
      this.#decide();
    }
    this.#apply(frame);
  }

  /** The canceller has begun anew. */
  restart(): void {
    this.#switch.restart();
  }

  #measure(frame: Int16Array, played: Int16Array, delay: number): void {
    const levels = this.#levels;
    this.#level.take(played);
    this.#played[this.#frames++ % remembered] = this.#level.decibels;
    // The loudest of the frames that may sound now, when an echo comes so many frames later.
    let loudest = 0;
    for (let age = delay; age < delay + tail; age++) {
      const level = this.#played[(this.#frames - 1 - age + 2 * remembered) % remembered]!;
      if (level > loudest) loudest = level;
    }
    levels.played = loudest;
    this.#farNoise = Math.max(faintest, Math.min(loudest, this.#farNoise + noiseRise));
    levels.echo = Math.max(this.#echo, this.#echoBefore);
    this.#level.take(frame);
    levels.left = this.#level.decibels;
  }

  /** Follows what is usually left, and by how much more it is at present. */
  #follow(): void {
    const {played, echo, left} = this.#levels;
    this.#likenessToEcho.add(echo, left);
    this.#likenessToPlayed.add(played, left);
    this.#noise = Math.min(left, this.#noise + noiseRise);
    const residual = 10 ** ((played + this.#usual) / 10);
    const noise = 10 ** ((this.#noise + noiseSpread) / 10);
    this.#excess += smoothing * (left - decibels(residual + noise) - this.#excess);
    this.#learn(this.#excess > standsOut, residual > noise);
  }

  #learn(standingOut: boolean, aboveNoise: boolean): void {
    this.#speech += ((standingOut ? 1 : 0) - this.#speech) / 50;
    const likeness = this.#likenessToPlayed.value > like.played ? this.#likenessToEcho.value : 0;
    if (this.#excess <= 0) {
      if (aboveNoise) this.#usual -= usually.down;
    } else if (this.#speech < speaking && likeness > like.left) this.#usual += usually.up;
    else if (likeness > like.loud) this.#usual += usually.upInSpeech;
  }

  /** Whether it is speech that is left, and how much is to be taken away. */
  #decide(): void {
    const {played, left} = this.#levels;
    this.#switch.add(this.#levels, left - played < inaudible);
    const waits = this.halfDuplex && played > this.#farNoise + farSpeech;
    const above = this.#excess - standsOut;
    this.#holding = above > 0 && !waits ? hold : Math.max(0, this.#holding - 1);
    const share = Math.max(0, Math.min(1, -above / fade));
    const needed = Math.max(0, Math.min(deepest.residual, 4 * (this.#usual - inaudible)));
    this.#attenuation = waits ? deepest.halfDuplex : needed * share;
    if (this.#holding > 0) this.#attenuation = 0;
  }

  /** Changes the gain along the first quarter of the frame when it opens, along the whole frame when it closes. */
  #apply(frame: Int16Array): void {
    const target = 10 ** (-this.#attenuation / 20);
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

/** Measures frames. What it finds is kept here: a number with parts that is returned has to be allocated. */
class Level {
  decibels = 0;

  take(frame: Int16Array): void {
    let sum = 0;
    for (let index = 0; index < frameSamples; index++) sum += frame[index]! * frame[index]!;
    this.decibels = decibels(sum / frameSamples);
  }
}

function decibels(power: number): number {
  return 10 * Math.log10(power + 1e-3);
}

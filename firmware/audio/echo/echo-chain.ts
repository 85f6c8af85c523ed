import {frameSamples, sampleRate} from '../frame.ts';
import {ClockSkew} from './clock-skew.ts';
import {DelayEstimator} from './delay-estimator.ts';
import {Reference} from './reference.ts';
import {ResidualSuppressor} from './residual-suppressor.ts';
import {SpeexDsp} from './speexdsp.ts';

/** Samples by which the microphone is delayed, so that an echo that comes at once still comes after what it is an echo of. */
const lead = 32;
/** The canceller's filter begins this far before the echo, and must reach as far beyond, in samples. */
const margin = {before: 0.004 * sampleRate, latest: 0.07 * sampleRate} as const;
/** Delays in a row that must lie outside before the reference jumps. */
const agreeing = 2;
/** How fast the figure of the echo's attenuation follows, per frame. */
const following = 0.02;

/** How the canceller is doing. */
export interface EchoFigures {
  /** How much weaker the echo leaves than it came, in dB (ERLE); null while nothing echoes. */
  readonly attenuation: number | null;
  /** From the loudspeaker's frame to the microphone's, in ms; null as long as it was not found. */
  readonly delayMs: number | null;
  /** By how much faster the microphone's clock runs, in parts of a million. */
  readonly skewPpm: number;
  readonly halfDuplex: boolean;
}

/**
 * Takes the loudspeaker's sound, and noise, out of the microphone's: finds how much later it comes and how the two clocks
 * differ, brings both together, cancels what a linear filter can (speexdsp), and suppresses what is left.
 */
export class EchoChain {
  readonly #speex = new SpeexDsp();
  readonly #estimator = new DelayEstimator();
  readonly #skew = new ClockSkew();
  readonly #reference = new Reference();
  readonly #suppressor: ResidualSuppressor;
  /** The end of the last frame of the microphone. */
  readonly #late = new Int16Array(lead);
  #frames = 0;
  /** What `expect` was told. */
  #expected = 0;
  #outside = 0;
  #before = 0;
  #after = 0;

  /** `halfDuplex`: the microphone is always off while the loudspeaker speaks. */
  constructor(halfDuplex: boolean) {
    this.#suppressor = new ResidualSuppressor(halfDuplex);
  }

  /** Whether the last frame may hold speech of the near side. */
  get near(): boolean {
    return this.#suppressor.open;
  }

  get figures(): EchoFigures {
    const {delay} = this.#estimator;
    const echoes = this.#before > 100 && delay !== undefined;
    return {
      attenuation: echoes ? round(10 * Math.log10(this.#before / (this.#after + 0.1))) : null,
      delayMs: delay === undefined ? null : round((1000 * delay) / sampleRate),
      skewPpm: round(this.#skew.skew * 1e6),
      halfDuplex: this.#suppressor.halfDuplex,
    };
  }

  /**
   * Playing and recording have begun, anew it may be: what sound cards and buffers are known to take, in samples, from a frame that
   * is played to the one that is recorded. No card tells it to a sample, and a filter that is off by a few does harm: it is forgotten.
   */
  expect(delay: number): void {
    this.#expected = delay;
    this.#reference.delay = delay - margin.before;
    this.#estimator.reset();
    this.#skew.restart();
    this.#restart();
  }

  /** So many samples were left out between the loudspeaker and the microphone. */
  bringForward(samples: number): void {
    this.#reference.delay -= samples;
  }

  /** Takes what is `played` and what was `recorded` in the same step; what is left of that is in `result`. */
  process(played: Int16Array, recorded: Int16Array, result: Int16Array): void {
    this.#frames++;
    if (this.#estimator.add(played, recorded)) this.#align(this.#estimator.delay!);
    this.#reference.exchange(played, this.#speex.played);
    const input = this.#speex.recorded;
    input.set(this.#late);
    for (let index = lead; index < frameSamples; index++) input[index] = recorded[index - lead]!;
    for (let index = 0; index < lead; index++) this.#late[index] = recorded[frameSamples - lead + index]!;
    this.#speex.cancel();
    const output = this.#speex.result;
    this.#suppressor.compare(input, output);
    this.#speex.clean();
    const delay = Math.floor((this.#estimator.delay ?? this.#expected) / frameSamples);
    this.#suppressor.process(output, played, delay);
    this.#measure(recorded, output);
    result.set(output);
  }

  /** Follows the clocks, and jumps where the filter would not reach the echo. */
  #align(delay: number): void {
    this.#skew.add(this.#frames * frameSamples, delay);
    this.#reference.skew = this.#skew.skew;
    const left = delay + lead - this.#reference.ownDelay - this.#reference.delay;
    this.#outside = left < 0 || left > margin.latest ? this.#outside + 1 : 0;
    if (this.#outside < agreeing) return;
    this.#outside = 0;
    this.#reference.delay += left - margin.before;
    this.#restart();
  }

  /** The canceller has to learn the way of the echo from the beginning. */
  #restart(): void {
    this.#speex.reset();
    this.#suppressor.restart();
    this.#before = 0;
    this.#after = 0;
  }

  #measure(recorded: Int16Array, output: Int16Array): void {
    if (!this.#suppressor.echoes || this.#suppressor.open) return;
    this.#before += following * (power(recorded) - this.#before);
    this.#after += following * (power(output) - this.#after);
  }
}

function power(frame: Int16Array): number {
  let sum = 0;
  for (let index = 0; index < frame.length; index++) sum += frame[index]! * frame[index]!;
  return sum / frame.length;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

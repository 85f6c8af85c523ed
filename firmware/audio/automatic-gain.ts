import {frameSamples} from './frame.ts';

/** What speech is brought to, in dB of the mean square: -25 dBFS. */
const target = 20 * Math.log10(32_768) - 25;
/** How much louder and softer it makes at most, in dB. */
const most = {louder: 12, softer: 10} as const;
/** How fast it does, in dB a frame of speech: 4 and 25 dB a second. */
const pace = {louder: 0.08, softer: 0.5} as const;
/** Within so many dB of the target nothing is changed. */
const content = 2;
/** How fast the level of speech is followed, a frame. */
const following = 0.05;
/** How far speech stands above the noise at least, in dB. */
const aboveNoise = 10;
/** How fast the noise's level follows what is louder and what is softer, in dB a frame: one soft frame says little. */
const noise = {rise: 0.02, fall: 1} as const;
/** Softer than the softest noise: nothing was captured. */
const nothing = 1;
/** No sample becomes louder than this. */
const ceiling = 30_000;

/** Brings the speech of people near and far, loud and soft, to one loudness. Learns from speech alone, never from noise or echo. */
export class AutomaticGain {
  /** In dB. */
  gain = 0;
  #level = target;
  /** Rather too high at first: what is noise has to be heard before anything is taken for speech. */
  #noise = 50;
  #factor = 1;

  /** Changes a frame. `near`: it may hold speech of the near side. */
  process(frame: Int16Array, near: boolean): void {
    let sum = 0;
    let peak = 0;
    for (let index = 0; index < frameSamples; index++) {
      const sample = Math.abs(frame[index]!);
      sum += sample * sample;
      if (sample > peak) peak = sample;
    }
    const level = 10 * Math.log10(sum / frameSamples + 1);
    // What is taken away of an echo takes noise with it.
    if (near && level > nothing)
      this.#noise = Math.max(this.#noise - noise.fall, Math.min(level, this.#noise + noise.rise));
    if (near && level > this.#noise + aboveNoise) this.#learn(level);
    this.#apply(frame, Math.min(10 ** (this.gain / 20), peak === 0 ? 1 : Math.max(1, ceiling / peak)));
  }

  #learn(level: number): void {
    this.#level += following * (level - this.#level);
    const wanted = target - this.#level;
    if (wanted > this.gain + content) this.gain = Math.min(most.louder, this.gain + pace.louder);
    if (wanted < this.gain - content) this.gain = Math.max(-most.softer, this.gain - pace.softer);
  }

  /** From the factor of the frame before to this one along the frame, but down at once: nothing shall be clipped. */
  #apply(frame: Int16Array, factor: number): void {
    const start = Math.min(this.#factor, factor);
    this.#factor = factor;
    if (start === 1 && factor === 1) return;
    const step = (factor - start) / frameSamples;
    for (let index = 0; index < frameSamples; index++) {
      const value = Math.round(frame[index]! * (start + step * index));
      frame[index] = Math.max(-32_768, Math.min(32_767, value));
    }
  }
}

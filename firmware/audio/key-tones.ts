import {DualToneAnalysis} from './dual-tone.ts';

/** Limits of ITU-T Q.24, each with some room on the side of what has to be heard. */
const limits = {
  /** Mean square of either tone: -33 dBm0, where a full-scale sine has 3.17 dBm0; -30 must be heard. */
  power: 0.5 * 32768 ** 2 * 10 ** (-(33 + 3.17) / 10),
  /** How much stronger the high tone may be: 6 dB; 4 must be taken. */
  highOverLow: 10 ** 0.6,
  /** How much stronger the low tone may be: 9.5 dB; 8 must be taken. */
  lowOverHigh: 10 ** 0.95,
  /** Of a tone from its frequency: 1.5 % and 2 Hz must be taken, 3.5 % must not. */
  deviation: 0.025,
  /** What part of all sound the two tones must make up: what tells a key from speech. 0.9 is 9.5 dB above noise. */
  share: 0.9,
};
/** Looks in a row that must agree: a tone of 40 ms has as many for certain, one of 23 ms never. */
const looksToHear = 4;
/** Looks without a key after which it is over: more than an interruption of 10 ms costs, fewer than a pause of 40 ms. */
const looksToEnd = 6;

/**
 * Hears the keys of a telephone as tones in sound (DTMF in band, ITU-T Q.23 and Q.24), each once, about 40 ms after
 * its beginning.
 */
export class KeyToneDetector {
  readonly analysis = new DualToneAnalysis();
  #current: string | undefined;
  #candidate: string | undefined;
  #agreeing = 0;
  #missing = 0;

  /** The key that sounds and was told. */
  get sounding(): string | undefined {
    return this.#current;
  }

  /** Takes the 40 samples of `sound` from `start` on; returns a key that is heard for the first time, else undefined. */
  hear(sound: Int16Array, start: number): string | undefined {
    const known = this.analysis.look(sound, start);
    if (known) return this.#judge(isKey(this.analysis) ? this.analysis.key : undefined);
    return undefined;
  }

  /** Some sound was lost: a key may go on after it. */
  skip(): void {
    this.analysis.restart();
    this.#agreeing = 0;
  }

  /** Whatever comes next is new. */
  restart(): void {
    this.skip();
    this.#current = undefined;
  }

  #judge(key: string | undefined): string | undefined {
    this.#agreeing = key === this.#candidate ? this.#agreeing + 1 : 1;
    this.#candidate = key;
    if (key === this.#current) this.#missing = 0;
    else if (++this.#missing >= looksToEnd) this.#current = undefined;
    if (key === undefined || key === this.#current || this.#agreeing < looksToHear) return undefined;
    this.#current = key;
    this.#missing = 0;
    return key;
  }
}

function isKey({low, high, power}: DualToneAnalysis): boolean {
  return (
    low.power >= limits.power &&
    high.power >= limits.power &&
    high.power <= low.power * limits.highOverLow &&
    low.power <= high.power * limits.lowOverHigh &&
    Math.abs(low.deviation) <= limits.deviation &&
    Math.abs(high.deviation) <= limits.deviation &&
    low.power + high.power >= limits.share * power
  );
}

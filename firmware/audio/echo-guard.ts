import {DualToneAnalysis, hopSamples, tonesOf} from './dual-tone.ts';
import {narrowSamples} from './frame.ts';

const toneCount = 8;
/** Looks that are remembered: within a second what goes out has come back from the farthest phone. */
const remembered = 200;
/** Looks during which our own loudspeaker may still bring a key of the other side to the microphone: half a second. */
const coupling = 100;
/** Looks in a row that a key must have been in what went out: as many as it takes to be heard. */
const looksOfKey = 4;
/** An echo is not louder than what it is an echo of; 3 dB for what may be wrong with that. */
const gain = 2;

/**
 * Tells keys of the other side from an echo of our own microphone: whoever stands at the door could play tones that come
 * back from a phone's loudspeaker, and would open it. A key that went out at least about as loud a moment ago is taken
 * for such an echo, unless it was heard from the other side before, and came to the microphone from our loudspeaker.
 */
export class EchoGuard {
  readonly #analysis = new DualToneAnalysis();
  /** The powers of each look, after one another; a ring. */
  readonly #powers = new Float32Array(remembered * toneCount);
  /** For each look, the key that our loudspeaker was playing or had just played. */
  readonly #played: (string | undefined)[] = new Array(remembered);
  #position = 0;
  #lastPlayed: string | undefined;
  #coupledLooks = 0;

  /** Takes a frame of the microphone that goes out. `playing`: a key of the other side that sounds and was believed. */
  say(frame: Int16Array, playing: string | undefined): void {
    if (playing !== undefined) {
      this.#lastPlayed = playing;
      this.#coupledLooks = coupling;
    }
    for (let start = 0; start < narrowSamples; start += hopSamples) {
      this.#analysis.look(frame, start);
      this.#powers.set(this.#analysis.powers, this.#position * toneCount);
      this.#played[this.#position] = this.#coupledLooks > 0 ? this.#lastPlayed : undefined;
      this.#position = (this.#position + 1) % remembered;
      if (this.#coupledLooks > 0) this.#coupledLooks--;
    }
  }

  /** Whether a key that comes in with these powers of its two tones may be our own sound. */
  isEcho(key: string, lowPower: number, highPower: number): boolean {
    const [low, high] = tonesOf(key);
    let looks = 0;
    for (let age = remembered; age > 0; age--) {
      const look = (this.#position + remembered - age) % remembered;
      const at = look * toneCount;
      const strong =
        this.#powers[at + low]! * gain >= lowPower && this.#powers[at + high]! * gain >= highPower;
      looks = strong && this.#played[look] !== key ? looks + 1 : 0;
      if (looks === looksOfKey) return true;
    }
    return false;
  }
}

import {advanceTimestamp, timestampDistance} from '../rtp/sequence.ts';
import {hopSamples} from './dual-tone.ts';
import {EchoGuard} from './echo-guard.ts';
import {narrowRate} from './frame.ts';
import {KeyToneDetector} from './key-tones.ts';

/** Sound that may be missing inside one key, in samples: with more, what comes after it is another. 60 ms. */
const longestLoss = 0.06 * narrowRate;

/**
 * The keys that a call brings as tones in its sound. Listens to packets as they come rather than to what is played: there
 * lost sound is concealed and time stretched, which tones do not survive.
 */
export class ToneListener {
  readonly #onKey: (key: string) => void;
  readonly #detector = new KeyToneDetector();
  readonly #echo = new EchoGuard();
  /** Samples that are not yet as many as the detector looks at. */
  readonly #waiting = new Int16Array(hopSamples);
  #waitingCount = 0;
  /** RTP timestamp after the last sample; undefined before the first. */
  #next: number | undefined;
  /** Whether the key that sounds, or did last, was told. */
  #told = false;

  constructor(onKey: (key: string) => void) {
    this.#onKey = onKey;
  }

  /** Takes the first `count` of `samples` that a packet brought, whose first has this RTP timestamp. */
  hear(samples: Int16Array, count: number, timestamp: number): void {
    const ahead = this.#next === undefined ? 0 : timestampDistance(this.#next, timestamp);
    // Too late, or sent twice.
    if (ahead < 0 && -ahead < narrowRate) return;
    if (ahead !== 0) {
      if (ahead > 0 && ahead <= longestLoss) this.#detector.skip();
      else this.#detector.restart();
      this.#waitingCount = 0;
    }
    this.#next = advanceTimestamp(timestamp, count);
    for (let index = 0; index < count; index++) {
      this.#waiting[this.#waitingCount++] = samples[index]!;
      if (this.#waitingCount === hopSamples) this.#look();
    }
  }

  /** Takes a frame of the microphone that goes out to the other side. */
  say(frame: Int16Array): void {
    this.#echo.say(frame, this.#told ? this.#detector.sounding : undefined);
  }

  #look(): void {
    this.#waitingCount = 0;
    const key = this.#detector.hear(this.#waiting, 0);
    if (key === undefined) return;
    const {low, high} = this.#detector.analysis;
    this.#told = !this.#echo.isEcho(key, low.power, high.power);
    if (this.#told) this.#onKey(key);
  }
}

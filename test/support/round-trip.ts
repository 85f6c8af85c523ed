import {systemClock as clock} from '../../firmware/base/clock.ts';
import type {SoundCard} from '../../hal/hal.ts';
import {correlate} from './correlation.ts';

const rate = 8000;
const frame = 160;
/** Sound that is queued ahead, in samples: a busy machine lets a test run late. */
const ahead = 8 * frame;

/** A moment at which sample `index` of a stream was in the air; `at` in ms. */
interface Moment {
  readonly index: number;
  readonly at: number;
}

interface Measuring {
  readonly heard: number[];
  readonly heardAt: Moment[];
  readonly saidAt: Moment[];
}

/**
 * Somebody who stands in front of a station and talks without end, `speech` over and over, and measures how long it
 * takes for his words to come back to him from somebody who says them again.
 */
export class RoundTrip {
  readonly #card: SoundCard;
  readonly #speech: Int16Array;
  #said = 0;
  readonly #buffer = new Int16Array(frame);
  #measuring: Measuring | undefined;

  /** A card at 8 kHz. */
  constructor(card: SoundCard, speech: Int16Array) {
    this.#card = card;
    this.#speech = speech;
  }

  /** Talks for so long. */
  async talk(seconds: number): Promise<void> {
    for (const end = clock.now() + seconds * 1000; clock.now() < end; ) {
      this.#listen();
      this.#say();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /**
   * Talks for so long; returns the delay from mouth to ear, in ms: the median over the seconds, and how many seconds
   * told of it. The card must not have an overrun or underrun meanwhile.
   */
  async measure(seconds: number): Promise<{delay: number; seconds: number}> {
    const measuring: Measuring = {heard: [], heardAt: [], saidAt: []};
    this.#measuring = measuring;
    const before = xruns(this.#card);
    await this.talk(seconds);
    this.#measuring = undefined;
    if (xruns(this.#card) > before) throw new Error('the test itself was too late for its card');
    const {heard, heardAt, saidAt} = measuring;
    // What is read late was no later in the air.
    const heardStart = Math.min(...heardAt.map(({index, at}) => at - (index * 1000) / rate));
    const saidStart = median(saidAt.map(({index, at}) => at - (index * 1000) / rate));
    const delays: number[] = [];
    for (let start = 0; start + rate <= heard.length; start += rate) {
      const recording = {rate, samples: Int16Array.from(heard.slice(start, start + rate))};
      const {value, delay} = correlate({rate, samples: this.#speech}, recording);
      if (value < 0.9) continue;
      const length = (this.#speech.length * 1000) / rate;
      const place = -delay * 1000;
      const later = heardStart + (start * 1000) / rate - (saidStart + place);
      delays.push(later - Math.floor(later / length) * length);
    }
    return {delay: median(delays), seconds: delays.length};
  }

  #listen(): void {
    for (let count = this.#card.read(this.#buffer); count > 0; count = this.#card.read(this.#buffer)) {
      this.#measuring?.heard.push(...this.#buffer.subarray(0, count));
    }
    const {heard, heardAt} = this.#measuring ?? {};
    if (heard) heardAt?.push({index: heard.length, at: clock.now()});
  }

  #say(): void {
    while (this.#card.playbackDelay() < ahead) {
      const at = this.#said % this.#speech.length;
      const taken = this.#card.write(this.#speech.subarray(at, at + frame));
      this.#said += taken;
      if (taken === 0) break;
    }
    const waiting = this.#card.playbackDelay();
    this.#measuring?.saidAt.push({index: this.#said, at: clock.now() + (waiting * 1000) / rate});
  }
}

function xruns({state: {microphone, speaker}}: SoundCard): number {
  return microphone.xruns + speaker.xruns;
}

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

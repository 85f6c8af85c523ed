import {frameSamples, sampleRate} from '../frame.ts';
import {Resampler} from '../resampler.ts';

/** The longest delay, in samples: half a second. */
const longest = sampleRate / 2;
/** Less than this is no skew but an error of measurement, in parts of one. */
const smallest = 4e-6;

/**
 * What the loudspeaker plays, as the microphone's clock sees it: delayed by as much as sound cards and buffers take, and
 * resampled by as much as the clocks differ.
 */
export class Reference {
  readonly #resampler = new Resampler(sampleRate, sampleRate, frameSamples, true);
  readonly #resampled = new Int16Array(frameSamples + 2);
  /** Twice as long as the longest delay, so that a frame is always in one piece of it. */
  readonly #ring = new Int16Array(2 * longest);
  /** Samples ever written and read. */
  #written = 0;
  #read = 0;

  /** Samples by which the resampler delays on top. */
  get ownDelay(): number {
    return this.#resampler.delay;
  }

  /** How long a sample waits here, in samples. */
  get delay(): number {
    return this.#written - this.#read;
  }

  /** Jumps to another delay. */
  set delay(samples: number) {
    this.#read = this.#written - Math.max(0, Math.min(longest - frameSamples, Math.round(samples)));
  }

  /** The clocks' difference: by how much the delay grows with each sample. */
  set skew(skew: number) {
    this.#resampler.deviation = Math.abs(skew) < smallest ? 0 : skew;
  }

  /** Takes the frame that is played, and gives what is to be compared with the microphone at the same time. */
  exchange(frame: Int16Array, result: Int16Array): void {
    const size = this.#ring.length;
    const delay = this.delay;
    const count = this.#resampler.process(frame, frameSamples, this.#resampled);
    for (let index = 0; index < count; index++)
      this.#ring[(this.#written + index) % size] = this.#resampled[index]!;
    this.#written += count;
    // Where nothing waits and the clock runs away: the last sample comes twice, or one is left out.
    if (delay + count < frameSamples) this.#read = this.#written - frameSamples;
    if (delay > longest) this.#read = this.#written - longest;
    for (let index = 0; index < frameSamples; index++) {
      const at = this.#read + index;
      result[index] = at < 0 ? 0 : this.#ring[at % size]!;
    }
    this.#read += frameSamples;
  }
}

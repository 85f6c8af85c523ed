/** What has been played is kept for so long, so that sound to come can be made from it: 60 ms. */
const historySeconds = 0.06;
/** Sound that may wait: more than the longest packet, a frame, and what stretching needs. */
const waitingSeconds = 0.3;

/**
 * Sound in one line: what was played, up to `head`, and what is to be played next, up to `end`. Kept in one array,
 * which is moved when its end is reached, so that all who work on it see it in one piece.
 */
export class SoundLine {
  readonly samples: Int16Array;
  /** Samples of the past that are always there. */
  readonly history: number;
  head: number;
  end: number;

  constructor(sampleRate: number) {
    this.history = historySeconds * sampleRate;
    this.samples = new Int16Array(2 * this.history + waitingSeconds * sampleRate);
    this.head = this.history;
    this.end = this.history;
  }

  /** Samples to be played. */
  get waiting(): number {
    return this.end - this.head;
  }

  /** Makes past and future silent and empty. */
  clear(): void {
    this.samples.fill(0);
    this.head = this.history;
    this.end = this.history;
  }

  /** Makes room for `count` more at the end and returns where they begin; what is there is to be overwritten. */
  extend(count: number): number {
    if (this.end + count > this.samples.length) {
      const start = this.head - this.history;
      this.samples.copyWithin(0, start, this.end);
      this.head -= start;
      this.end -= start;
    }
    const at = this.end;
    this.end += count;
    return at;
  }

  /** Takes `count` samples out from `at` on. */
  remove(at: number, count: number): void {
    this.samples.copyWithin(at, at + count, this.end);
    this.end -= count;
  }

  /** Plays `frame.length` samples, which must be there. */
  play(frame: Int16Array): void {
    for (let index = 0; index < frame.length; index++) frame[index] = this.samples[this.head + index]!;
    this.head += frame.length;
  }
}

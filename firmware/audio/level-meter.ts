/** What silence shows, in dBFS: the step of 16-bit sound. */
export const silenceLevel = -96;

/** Measures how loud frames are: root mean square against full scale, so that a full-scale sine shows -3 dBFS. */
export class LevelMeter {
  #squares = 0;
  #samples = 0;

  /** Takes a frame into the measurement. */
  add(frame: Int16Array): void {
    let squares = 0;
    for (let index = 0; index < frame.length; index++) squares += frame[index]! * frame[index]!;
    this.#squares += squares;
    this.#samples += frame.length;
  }

  /** The level since the last call in dBFS with one decimal, -96 to 0; a new measurement begins. */
  take(): number {
    const mean = this.#samples === 0 ? 0 : this.#squares / this.#samples;
    this.#squares = 0;
    this.#samples = 0;
    const level = 10 * Math.log10(Math.max(mean, 1e-9) / 32768 ** 2);
    return Math.round(Math.max(level, silenceLevel) * 10) / 10;
  }
}

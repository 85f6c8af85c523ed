import type {LightRing} from '../hal.ts';

/** A light ring that only remembers what it shows. */
export class SimulatedLightRing implements LightRing {
  readonly count: number;
  /** What is shown: red, green, blue of each light in turn. */
  readonly frame: Uint8Array;

  constructor(count: number) {
    this.count = count;
    this.frame = new Uint8Array(3 * count);
  }

  /** @throws RangeError for a frame of the wrong length. */
  show(frame: Uint8Array): void {
    if (frame.length !== this.frame.length) {
      throw new RangeError(
        `a frame for ${this.count} lights has ${this.frame.length} bytes, not ${frame.length}`,
      );
    }
    this.frame.set(frame);
  }
}

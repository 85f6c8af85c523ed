/**
 * Eyes see ratios: a light at half its power looks nearly as bright as at full power. Frames say how bright a light is to look,
 * as colours on a screen do, so that fades are even and dim is dim; each driver turns that into power as finely as its
 * hardware allows, which only the driver knows. 2.2 is what screens use.
 */
const GAMMA = 2.2;

/** From here on (of 255) a light that cannot be dimmed is on: what is dim is on, what nearly is dark is off. */
const LIT = 77;
/** A colour of it is on from this share of the strongest on: amber's green is, the touch of green in blue is not. */
const TAKES_PART = 0.6;

/** The power of one light at a time, for hardware that takes whole numbers up to a full power. */
export class PerceivedLight {
  /** Power, 0 to full, as `take` found it. */
  red = 0;
  green = 0;
  blue = 0;
  readonly #full: number;
  readonly #powers = new Float64Array(256);
  #brightness = Number.NaN;

  /** `full` is the number that means full power, at least 1. */
  constructor(full: number) {
    this.#full = full;
  }

  /** How bright all is to look, 0 to 1. */
  set brightness(brightness: number) {
    if (brightness === this.#brightness) return;
    this.#brightness = brightness;
    for (let value = 0; value < 256; value += 1) {
      this.#powers[value] = Math.round(this.#full * ((value / 255) * brightness) ** GAMMA);
    }
  }

  /** Takes light `index` of a frame. What is to be seen never goes out for want of fine steps. */
  take(frame: Uint8Array, index: number): void {
    const red = frame[3 * index]!;
    const green = frame[3 * index + 1]!;
    const blue = frame[3 * index + 2]!;
    this.red = this.#powers[red]!;
    this.green = this.#powers[green]!;
    this.blue = this.#powers[blue]!;
    if (this.red + this.green + this.blue > 0 || this.#brightness === 0) return;
    const strongest = Math.max(red, green, blue, 1);
    this.red = red === strongest ? 1 : 0;
    this.green = green === strongest ? 1 : 0;
    this.blue = blue === strongest ? 1 : 0;
  }
}

/** Whether red, green and blue of the first light of a frame are on, where they cannot be dimmed. */
export function switched(
  frame: Uint8Array,
  brightness: number,
): readonly [red: boolean, green: boolean, blue: boolean] {
  const [red = 0, green = 0, blue = 0] = frame;
  const strongest = Math.max(red, green, blue);
  const least = brightness > 0 && strongest >= LIT ? TAKES_PART * strongest : Infinity;
  return [red >= least, green >= least, blue >= least];
}

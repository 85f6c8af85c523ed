import type {OutputLine} from '../hal.ts';
import type {LightDriver} from './light-driver.ts';
import {switched} from './perceived.ts';

/** One light whose colours can only be switched: an LED on an output line, or an RGB LED on three. */
export class OnOffLight implements LightDriver {
  readonly count = 1;
  readonly #lines: readonly OutputLine[];
  readonly #release: () => void;

  /** One line for a light of one colour, or those of red, green and blue; `release` gives them back. */
  constructor(lines: readonly OutputLine[], release: () => void) {
    this.#lines = lines;
    this.#release = release;
  }

  show(frame: Uint8Array, brightness: number): void {
    const colours = switched(frame, brightness);
    for (const [index, line] of this.#lines.entries()) {
      const on = this.#lines.length === 1 ? colours.includes(true) : colours[index]!;
      if (line.active !== on) line.set(on);
    }
  }

  close(): void {
    this.#release();
  }
}

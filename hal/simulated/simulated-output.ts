import type {OutputLine} from '../hal.ts';

/** A relay that only remembers its state. */
export class SimulatedOutput implements OutputLine {
  readonly name: string;
  readonly inverted: boolean;
  active = false;
  #closed = false;

  constructor(name: string, inverted = false) {
    this.name = name;
    this.inverted = inverted;
  }

  set(active: boolean): void {
    this.active = active && !this.#closed;
  }

  /** Inactive from here on, whatever is asked. */
  close(): void {
    this.#closed = true;
    this.active = false;
  }
}

import type {OutputLine} from '../hal.ts';

/** A relay that only remembers its state. */
export class SimulatedOutput implements OutputLine {
  readonly name: string;
  active = false;
  #closed = false;

  constructor(name: string) {
    this.name = name;
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

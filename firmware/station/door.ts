import type {OutputLine} from '../../hal/hal.ts';
import type {Clock, Timer} from '../base/clock.ts';
import {failure, success} from '../base/result.ts';
import type {Config} from '../config/schema.ts';
import type {JournalEvent} from './journal-event.ts';
import type {CommandResult} from './station-control.ts';
import type {DoorMode} from './status.ts';

/** A relay that did not switch back is tried again after so many ms. */
const CLOSE_RETRY = 1_000;

export type DoorConfig = Config['doors'][number];

export interface DoorParts {
  readonly config: DoorConfig;
  readonly output: OutputLine | undefined;
  readonly clock: Clock;
  /** Takes what belongs into the journal. */
  readonly tell: (event: JournalEvent) => void;
  /** The door has opened or closed, or its mode has changed. */
  readonly changed: () => void;
}

/**
 * One door and the output that releases it. The station's only writer of that output.
 *
 * Open is what a pulse or the mode `held` makes it; `locked` and an open tamper loop win over both. Whoever begins a
 * `held` or `locked` has to end it: a restart does, in the safe state.
 */
export class Door {
  readonly config: DoorConfig;
  readonly #parts: DoorParts;
  #mode: DoorMode = 'normal';
  #tampered = false;
  /** The station is stopping. */
  #closed = false;
  /** Ends a pulse; where the output could not be switched back, tries again. */
  #timer: Timer | undefined;
  #open = false;
  #releasedUntil = Number.NEGATIVE_INFINITY;

  constructor(parts: DoorParts) {
    this.config = parts.config;
    this.#parts = parts;
    if (parts.output) parts.output.onFault = () => this.#failed();
  }

  get mode(): DoorMode {
    return this.#mode;
  }

  /** Whether the output releases the door now. */
  get open(): boolean {
    return this.#open;
  }

  /** Whether the door was released at some time within the last `milliseconds`. */
  releasedWithin(milliseconds: number): boolean {
    return this.#open || this.#parts.clock.now() - this.#releasedUntil <= milliseconds;
  }

  /** Releases the door for its time; during a pulse, for its whole time again. `by` goes into the journal. */
  pulse(by: string): CommandResult {
    const blocked = this.#whyBlocked();
    if (blocked) return blocked;
    if (this.#mode === 'held') return success(undefined);
    const failed = this.#release();
    if (failed) return failed;
    const {name: door, open_seconds: seconds} = this.config;
    this.#timer?.cancel();
    this.#timer = this.#parts.clock.after(seconds * 1000, () => this.#shut());
    this.#parts.tell({kind: 'door-opened', door, seconds, by});
    this.#parts.changed();
    return success(undefined);
  }

  /** Opens the door until another mode is set. */
  hold(by: string): CommandResult {
    const blocked = this.#whyBlocked();
    if (blocked) return blocked;
    if (this.#mode === 'held') return success(undefined);
    const failed = this.#release();
    if (failed) return failed;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#enter('held', by);
    return success(undefined);
  }

  /** Closes the door; nothing opens it until `normal`. */
  lock(by: string): CommandResult {
    if (this.#mode === 'locked') return success(undefined);
    this.#enter('locked', by);
    if (this.#open) this.#shut();
    return success(undefined);
  }

  /** Ends `held` and `locked`. A pulse goes on. */
  normal(by: string): CommandResult {
    if (this.#mode === 'normal') return success(undefined);
    const wasHeld = this.#mode === 'held';
    this.#enter('normal', by);
    if (wasHeld) this.#shut();
    return success(undefined);
  }

  /** The tamper loop was opened or closed. Opened, it ends what is open, for good. */
  tamper(active: boolean): void {
    this.#tampered = active;
    if (!active) return;
    if (this.#mode === 'held') this.#mode = 'normal';
    if (this.#open) this.#shut();
  }

  /** Locks the door, for good. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (!this.#open) return;
    this.#open = false;
    this.#switch(false);
    this.#parts.tell({kind: 'door-closed', door: this.config.name});
  }

  #whyBlocked(): CommandResult | undefined {
    const door = `The door "${this.config.name}" stays closed`;
    if (this.#tampered) return failure({code: 'blocked', text: `${door}: the tamper contact is open`});
    if (this.#closed) return failure({code: 'blocked', text: `${door}: the station is stopping`});
    if (this.#mode !== 'locked') return undefined;
    return failure({code: 'blocked', text: `${door}: it was locked; set it back to normal first`});
  }

  /** Switches the output on; what came of it where that failed. */
  #release(): CommandResult | undefined {
    if (!this.#switch(true)) {
      // It may have switched before it failed. The timer of an open door goes on.
      if (!this.#open) this.#putBack();
      const text = `The output "${this.config.output}" of door "${this.config.name}" could not be switched`;
      return failure({code: 'failed', text});
    }
    this.#open = true;
    return undefined;
  }

  #enter(mode: DoorMode, by: string): void {
    this.#mode = mode;
    this.#parts.tell({kind: `door-${mode}`, door: this.config.name, by});
    this.#parts.changed();
  }

  #shut(): void {
    this.#timer?.cancel();
    if (!this.#switch(false)) {
      this.#timer = this.#parts.clock.after(CLOSE_RETRY, () => this.#shut());
      return;
    }
    this.#timer = undefined;
    this.#open = false;
    this.#releasedUntil = this.#parts.clock.now();
    this.#parts.tell({kind: 'door-closed', door: this.config.name});
    this.#parts.changed();
  }

  #switch(active: boolean): boolean {
    const {output, tell} = this.#parts;
    try {
      output?.set(active);
      return output !== undefined;
    } catch {
      tell({kind: 'door-fault', door: this.config.name});
      return false;
    }
  }

  /** The output has let go by itself. */
  #failed(): void {
    this.#parts.tell({kind: 'door-fault', door: this.config.name});
    if (this.#mode === 'held') this.#mode = 'normal';
    if (this.#open) this.#shut();
  }

  /** Asks for the safe state, whatever comes of it. */
  #putBack(): void {
    try {
      this.#parts.output?.set(false);
    } catch {
      // That it does not work has been told.
    }
  }
}

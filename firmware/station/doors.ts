import type {OutputLine} from '../../hal/hal.ts';
import type {Clock, Timer} from '../base/clock.ts';
import {failure, success} from '../base/result.ts';
import type {Config} from '../config/schema.ts';
import type {Party} from '../sip/agent/call.ts';
import {isAllowed} from './allow-list.ts';
import type {JournalEvent} from './journal-event.ts';
import type {CommandResult} from './station-control.ts';

/** A relay that did not switch back is tried again after so many ms. */
const CLOSE_RETRY = 1_000;

type DoorConfig = Config['doors'][number];

interface Door {
  readonly config: DoorConfig;
  readonly output: OutputLine | undefined;
  /** Runs while the door is open. */
  timer: Timer | undefined;
}

/**
 * The doors: each is released for its time and locks by itself. Nothing else in the station switches an
 * output.
 */
export class Doors {
  readonly #doors = new Map<string, Door>();
  readonly #clock: Clock;
  readonly #tell: (event: JournalEvent) => void;
  readonly #changed: () => void;

  /** `tell` gets what belongs into the journal; `changed` is called when a door has opened or closed. */
  constructor(options: {
    doors: readonly DoorConfig[];
    outputs: ReadonlyMap<string, OutputLine>;
    clock: Clock;
    tell: (event: JournalEvent) => void;
    changed: () => void;
  }) {
    for (const config of options.doors) {
      this.#doors.set(config.name, {config, output: options.outputs.get(config.output), timer: undefined});
    }
    this.#clock = options.clock;
    this.#tell = options.tell;
    this.#changed = options.changed;
  }

  get states(): {name: string; open: boolean}[] {
    return Array.from(this.#doors, ([name, {timer}]) => ({name, open: timer !== undefined}));
  }

  get anyOpen(): boolean {
    return this.states.some(({open}) => open);
  }

  /** Releases a door for its time; an open one for its whole time again. `by` goes into the journal. */
  open(name: string, by: string): CommandResult {
    const door = this.#doors.get(name);
    if (!door) {
      const known = [...this.#doors.keys()].map((known) => `"${known}"`).join(', ') || 'none';
      return failure({code: 'unknown', text: `There is no door "${name}"; doors are: ${known}`});
    }
    const {output, config} = door;
    if (!output || !this.#switch(door, true)) {
      // It may have switched before it failed. An open door's own timer goes on.
      if (!door.timer) this.#release(door);
      return failure({
        code: 'failed',
        text: `The output "${config.output}" of door "${name}" could not be switched`,
      });
    }
    door.timer?.cancel();
    door.timer = this.#clock.after(config.open_seconds * 1000, () => this.#close(door));
    this.#tell({kind: 'door-opened', door: name, seconds: config.open_seconds, by});
    this.#changed();
    return success(undefined);
  }

  /**
   * The codes that the other side of a call may use, with their doors. Where a door does not say from whom,
   * it is whom the station called and whoever was let in as a caller: whoever it talks with, that is.
   */
  codesFor(party: Party): Map<string, string[]> {
    const codes = new Map<string, string[]>();
    for (const {config} of this.#doors.values()) {
      if (config.code === undefined) continue;
      if (config.from && !isAllowed(party, config.from)) continue;
      codes.set(config.code, [...(codes.get(config.code) ?? []), config.name]);
    }
    return codes;
  }

  /** Whether any door has a code at all. */
  get haveCodes(): boolean {
    return [...this.#doors.values()].some(({config}) => config.code !== undefined);
  }

  /** Locks all, for good. */
  close(): void {
    for (const door of this.#doors.values()) {
      if (!door.timer) continue;
      door.timer.cancel();
      door.timer = undefined;
      this.#switch(door, false);
      this.#tell({kind: 'door-closed', door: door.config.name});
    }
  }

  #close(door: Door): void {
    if (!this.#switch(door, false)) {
      door.timer = this.#clock.after(CLOSE_RETRY, () => this.#close(door));
      return;
    }
    door.timer = undefined;
    this.#tell({kind: 'door-closed', door: door.config.name});
    this.#changed();
  }

  /** Asks for the safe state, whatever comes of it. */
  #release({output}: Door): void {
    try {
      output?.set(false);
    } catch {
      // That it does not work has been told.
    }
  }

  #switch({output, config}: Door, active: boolean): boolean {
    try {
      output?.set(active);
      return true;
    } catch {
      this.#tell({kind: 'door-fault', door: config.name});
      return false;
    }
  }
}

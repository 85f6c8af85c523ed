import type {InputLine, OutputLine} from '../../hal/hal.ts';
import type {Clock} from '../base/clock.ts';
import {failure} from '../base/result.ts';
import type {Party} from '../sip/agent/call.ts';
import {isAllowed} from './allow-list.ts';
import {Door, type DoorConfig} from './door.ts';
import {DoorContact} from './door-contact.ts';
import type {JournalEvent} from './journal-event.ts';
import type {CommandResult, DoorCommand} from './station-control.ts';
import type {DoorStatus} from './status.ts';

/**
 * The doors with what belongs to them: their exit buttons and contacts, and the tamper loop of the station. Nothing
 * else in the station switches an output.
 */
export class Doors {
  readonly #doors = new Map<string, Door>();
  readonly #contacts = new Map<string, DoorContact>();
  readonly #exits: readonly [Door, InputLine][];
  readonly #tamper: InputLine | undefined;
  readonly #tell: (event: JournalEvent) => void;
  readonly #changed: () => void;

  /** `tell` gets what belongs into the journal; `changed` is called when a door's status has changed. */
  constructor(options: {
    doors: readonly DoorConfig[];
    tamper: string | undefined;
    inputs: ReadonlyMap<string, InputLine>;
    outputs: ReadonlyMap<string, OutputLine>;
    clock: Clock;
    tell: (event: JournalEvent) => void;
    changed: () => void;
  }) {
    const {inputs, outputs, clock, tell, changed} = options;
    const exits: [Door, InputLine][] = [];
    for (const config of options.doors) {
      const door = new Door({config, output: outputs.get(config.output), clock, tell, changed});
      this.#doors.set(config.name, door);
      const exit = inputs.get(config.exit ?? '');
      if (exit) exits.push([door, exit]);
      const input = inputs.get(config.contact ?? '');
      if (!input) continue;
      const mayOpen = exit && ((milliseconds: number) => door.releasedWithin(milliseconds));
      const heldOpenSeconds = config.held_open_seconds;
      const contact = {door: config.name, input, clock, heldOpenSeconds, mayOpen, tell, changed};
      this.#contacts.set(config.name, new DoorContact(contact));
    }
    this.#exits = exits;
    this.#tamper = inputs.get(options.tamper ?? '');
    this.#tell = tell;
    this.#changed = changed;
  }

  /** Begins to watch exit buttons, contacts and the tamper loop. */
  start(): void {
    for (const [door, input] of this.#exits) {
      input.onChange = (pressed) => {
        if (pressed) this.open([door.config.name], 'the exit button');
      };
    }
    for (const contact of this.#contacts.values()) contact.start();
    if (!this.#tamper) return;
    this.#tamper.onChange = (closed) => this.#tampered(!closed);
    if (!this.#tamper.active) this.#tampered(true);
  }

  get states(): DoorStatus[] {
    return Array.from(this.#doors, ([name, {open, mode}]) => ({
      name,
      open,
      mode,
      ajar: this.#contacts.get(name)?.open ?? null,
    }));
  }

  get anyOpen(): boolean {
    return [...this.#doors.values()].some(({open}) => open);
  }

  /** Asks something of the door `name`; `by` goes into the journal. */
  command(name: string, command: DoorCommand, by: string): CommandResult {
    const door = this.#doors.get(name);
    if (!door) {
      const known = [...this.#doors.keys()].map((known) => `"${known}"`).join(', ') || 'none';
      return failure({code: 'unknown', text: `There is no door "${name}"; doors are: ${known}`});
    }
    return command === 'open' ? door.pulse(by) : door[command](by);
  }

  /** Opens doors for somebody who may open them; where one stays closed all the same, that is told. False then. */
  open(names: readonly string[], by: string): boolean {
    const results = names.map((name) => this.command(name, 'open', by));
    const refused = results.find((result) => !result.ok);
    if (refused) this.#tell({kind: 'entry-blocked', by, reason: refused.error.text});
    return refused === undefined;
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

  /** Locks all, for good, and watches nothing any longer. */
  close(): void {
    for (const [, input] of this.#exits) input.onChange = undefined;
    if (this.#tamper) this.#tamper.onChange = undefined;
    for (const contact of this.#contacts.values()) contact.close();
    for (const door of this.#doors.values()) door.close();
  }

  /** Whoever opens the housing could reach the wires of a relay next: every door is closed first. */
  #tampered(active: boolean): void {
    this.#tell({kind: active ? 'tamper' : 'tamper-ended'});
    for (const door of this.#doors.values()) door.tamper(active);
    this.#changed();
  }
}

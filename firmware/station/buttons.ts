import type {InputLine} from '../../hal/hal.ts';
import type {Clock} from '../base/clock.ts';
import type {Config} from '../config/schema.ts';
import {ButtonWatch} from './button-watch.ts';
import type {JournalEvent} from './journal-event.ts';
import type {StationStatus} from './status.ts';

export type Button = Config['buttons'][number];

export interface ButtonsListener {
  /** Pressed at clock time `at` (ms). */
  pressed(button: Button, at: number): void;
  /** Held for long; it is held still. */
  heldLong(): void;
  released(name: string): void;
  /** What the status shows of them. */
  changed(): void;
}

/** The station's buttons: what somebody does with them, and whom they call. */
export class Buttons {
  readonly #buttons: readonly Button[];
  readonly #watches = new Map<string, ButtonWatch>();
  /** Whom buttons call, where that was changed since the start. */
  readonly #targets = new Map<string, readonly string[]>();

  constructor(buttons: readonly Button[]) {
    this.#buttons = buttons;
  }

  /** Begins to take presses. Buttons whose input the board does not have can be pressed by the API only. */
  start(
    inputs: ReadonlyMap<string, InputLine>,
    clock: Clock,
    tell: (event: JournalEvent) => void,
    listener: ButtonsListener,
  ): void {
    for (const button of this.#buttons) {
      const input = inputs.get(button.input);
      if (input) this.#watches.set(button.name, watch(button, input, clock, tell, listener));
    }
  }

  close(): void {
    for (const one of this.#watches.values()) one.close();
  }

  find(name: string): Button | undefined {
    return this.#buttons.find((candidate) => candidate.name === name);
  }

  /** For people: the names of all, in quotes. */
  get names(): string {
    return this.#buttons.map(({name}) => `"${name}"`).join(', ') || 'none';
  }

  targetsOf({name, call}: Button): readonly string[] {
    return this.#targets.get(name) ?? call;
  }

  setTargets({name}: Button, targets: readonly string[]): void {
    this.#targets.set(name, targets);
  }

  get states(): StationStatus['buttons'] {
    return this.#buttons.map((button) => {
      const one = this.#watches.get(button.name);
      return {
        name: button.name,
        pressed: one?.pressed ?? false,
        stuck: one?.stuck ?? false,
        glitches: one?.glitches ?? 0,
        call: [...this.targetsOf(button)],
      };
    });
  }
}

function watch(
  button: Button,
  input: InputLine,
  clock: Clock,
  tell: (event: JournalEvent) => void,
  listener: ButtonsListener,
): ButtonWatch {
  const {name} = button;
  return new ButtonWatch(input, clock, {
    pressed: (at) => listener.pressed(button, at),
    gesture: (gesture) => {
      tell({kind: 'button-gesture', button: name, gesture});
      if (gesture === 'long') listener.heldLong();
    },
    stuck: (stuck) => tell({kind: stuck ? 'button-stuck' : 'button-free', button: name}),
    moved: () => {
      if (!input.active) listener.released(name);
      listener.changed();
    },
  });
}

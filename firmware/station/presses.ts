import type {Button, Buttons} from './buttons.ts';
import type {CallSounds} from './call-sounds.ts';
import type {Calls} from './calls.ts';
import type {JournalEvent} from './journal-event.ts';
import type {Light} from './light.ts';
import type {Media} from './media.ts';
import type {Reachability} from './reachability.ts';

/** A second press so soon after the first (ms) is an impatient finger, not the wish to cancel. */
const PRESS_LOCKOUT = 500;

/** What a press of a button does, according to the call that there is. */
export class Presses {
  readonly #buttons: Buttons;
  readonly #calls: Calls;
  readonly #sounds: CallSounds;
  readonly #media: Media;
  readonly #light: Light;
  readonly #reachability: Reachability;
  readonly #tell: (event: JournalEvent) => void;

  constructor(options: {
    buttons: Buttons;
    calls: Calls;
    sounds: CallSounds;
    media: Media;
    light: Light;
    reachability: Reachability;
    tell: (event: JournalEvent) => void;
  }) {
    this.#buttons = options.buttons;
    this.#calls = options.calls;
    this.#sounds = options.sounds;
    this.#media = options.media;
    this.#light = options.light;
    this.#reachability = options.reachability;
    this.#tell = options.tell;
  }

  /** `at` is the clock time (ms) of the press. */
  pressed(button: Button, at: number): void {
    const ignored = this.#whyIgnored(button, at);
    const call = this.#calls.current;
    if (ignored !== undefined && call) {
      if (call.ignoredPressTold) return;
      call.ignoredPressTold = true;
    }
    this.#tell({
      kind: 'button-pressed',
      button: button.name,
      ...(ignored === undefined ? {} : {ignored}),
    });
    if (ignored !== undefined) {
      if (!call) this.#media.play('error');
      return;
    }
    if (call?.phase !== 'incoming') this.#calls.hangUp('pressed again');
    // Nothing that takes time comes before the visitor's beep.
    if (this.#reachability.isCutOff) this.#media.play('error');
    else this.#sounds.press();
    if (call?.phase === 'incoming') {
      this.#calls.answer();
      return;
    }
    // Another button is another wish: whoever chose the wrong bell need not press twice.
    const another = call !== undefined && call.button !== null && call.button !== button.name;
    if (!call || another) this.#call(button, at);
  }

  /**
   * Why a press does nothing now. While talking it never hangs up: visitors press again because they do not
   * know whether anybody listens, and must not cut off the answer; door stations in general leave the end of
   * a talk to the one inside.
   */
  #whyIgnored(button: Button, at: number): string | undefined {
    const call = this.#calls.current;
    if (!call && this.#buttons.targetsOf(button).length === 0) return 'it calls nobody yet';
    if (call?.phase === 'talking') return 'somebody is talking already';
    const soon = call?.direction === 'outgoing' && at - call.startedAt < PRESS_LOCKOUT;
    return soon ? 'it was pressed just before' : undefined;
  }

  #call(button: Button, at: number): void {
    this.#light.clear('failed');
    const settings = {
      targets: this.#buttons.targetsOf(button),
      ring: button.ring,
      ringSeconds: button.ring_seconds,
      whenRefused: button.when_refused,
    };
    this.#calls.place(settings, button.name, at);
  }
}

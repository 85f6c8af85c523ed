import type {InputLine} from '../../hal/hal.ts';
import type {Clock} from '../base/clock.ts';
import type {JournalEvent} from './journal-event.ts';
import type {Light} from './light.ts';
import type {Media} from './media.ts';
import {ResetButton, type ResetStage} from './reset-button.ts';

/** How long the light tells that a reset could not be carried out; ms. */
const FAILED_TIME = 2_000;

/** What carries out a reset. */
export interface ResetPerformer {
  /** Whether the machine has just been switched on. */
  readonly atPowerUp: boolean;
  /** @throws Error in plain words where it cannot be done. */
  perform(stage: ResetStage): void;
}

/**
 * The reset by a long hold, with what is seen and heard of it. It is asked for by an input of its own, inside the housing; without
 * one by the first button, which is outside: then only if it was down when the board was switched on, which nobody can do from
 * outside.
 */
export class Reset {
  readonly #performer: ResetPerformer;
  readonly #light: Light;
  readonly #button: ResetButton;
  /** The button that was down when the board was switched on, until it is free. */
  #bell: string | undefined;

  constructor(
    performer: ResetPerformer,
    {
      light,
      media,
      clock,
      tell,
      changed,
    }: {light: Light; media: Media; clock: Clock; tell: (event: JournalEvent) => void; changed: () => void},
  ) {
    this.#performer = performer;
    this.#light = light;
    this.#button = new ResetButton(clock, {
      countdown: (stage) => {
        this.#show(stage);
        changed();
      },
      tick: () => media.play('tick'),
      decided: (stage) => {
        try {
          performer.perform(stage);
          tell({kind: 'reset-requested', stage});
        } catch (error) {
          tell({kind: 'reset-failed', reason: (error as Error).message});
          light.set('failed', FAILED_TIME);
          media.play('error');
        }
      },
    });
  }

  /** Begins to watch: the input of its own, else the first button, by its name. */
  start(
    own: InputLine | undefined,
    bell: {readonly name: string; readonly input: InputLine} | undefined,
  ): void {
    if (own) {
      own.onChange = (active) => this.#button.moved(active);
    } else if (bell && this.#performer.atPowerUp && bell.input.active) {
      this.#bell = bell.name;
      this.#button.moved(true);
    }
  }

  /** A button has been released. */
  released(name: string): void {
    if (name !== this.#bell) return;
    this.#bell = undefined;
    this.#button.moved(false);
  }

  close(): void {
    this.#button.close();
  }

  #show(stage: ResetStage | undefined): void {
    this.#light.clear('reset-network');
    this.#light.clear('reset-everything');
    if (stage) this.#light.set(`reset-${stage}`);
  }
}

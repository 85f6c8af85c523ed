import {LOCK_TIME} from './door-codes.ts';
import type {JournalEvent} from './journal-event.ts';
import type {Light} from './light.ts';
import {WRONG_CODE_TIME} from './light-pattern.ts';
import type {Media} from './media.ts';

/** What is seen and heard of codes and cards that open nothing, wherever they were entered. */
export class RefusedCodes {
  readonly #light: Light;
  readonly #media: Media;
  readonly #tell: (event: JournalEvent) => void;

  constructor({light, media, tell}: {light: Light; media: Media; tell: (event: JournalEvent) => void}) {
    this.#light = light;
    this.#media = media;
    this.#tell = tell;
  }

  wrong(): void {
    this.#light.set('wrong-code', WRONG_CODE_TIME);
    this.#media.play('error');
  }

  /** Wrong too often: none is taken for a while. `by` goes into the journal. */
  locked(by: string): void {
    this.#tell({kind: 'codes-locked', by, seconds: LOCK_TIME / 1000});
    this.#light.set('locked-out', LOCK_TIME);
    this.#media.play('error');
  }

  /** It was right, but the door stays closed. */
  blocked(): void {
    this.#media.play('error');
  }
}

import type {Clock, Timer} from '../base/clock.ts';
import {type CodeLock, type CodeOutcome, CodeReader, type DigitSource} from './door-codes.ts';

/** What the keys of a call have brought about. */
export interface KeyListener {
  /** The code of these doors was entered. */
  open(doors: readonly string[]): void;
  wrong(): void;
  /** Wrong too often: codes are locked now. */
  locked(): void;
  /** A key of somebody who may open no door; told once in a call. */
  ignored(): void;
}

/** The keys that the other side of one call presses. */
export class CallKeys {
  readonly #reader: CodeReader;
  readonly #mayOpen: boolean;
  readonly #clock: Clock;
  readonly #listener: KeyListener;
  #timer: Timer | undefined;
  /** Keys heard so far. */
  count = 0;

  /** `codes` as `Doors.codesFor` gives them. */
  constructor(options: {
    codes: ReadonlyMap<string, readonly string[]>;
    lock: CodeLock;
    clock: Clock;
    listener: KeyListener;
  }) {
    this.#reader = new CodeReader(options.codes, options.lock);
    this.#mayOpen = options.codes.size > 0;
    this.#clock = options.clock;
    this.#listener = options.listener;
  }

  /** Takes a key; false when it is one that came the other way already. */
  press(digit: string, source: DigitSource): boolean {
    const now = this.#clock.now();
    if (this.#reader.isRepeated(digit, source, now)) return false;
    this.count += 1;
    if (!this.#mayOpen) {
      if (this.count === 1) this.#listener.ignored();
      return true;
    }
    this.#tell(this.#reader.pause(now));
    this.#tell(this.#reader.digit(digit, now));
    this.#schedule();
    return true;
  }

  close(): void {
    this.#timer?.cancel();
  }

  #schedule(): void {
    this.#timer?.cancel();
    const wakeAt = this.#reader.wakeAt;
    if (wakeAt === undefined) return;
    this.#timer = this.#clock.after(wakeAt - this.#clock.now(), () => {
      this.#tell(this.#reader.pause(this.#clock.now()));
      this.#schedule();
    });
  }

  #tell(outcome: CodeOutcome): void {
    if (outcome.type === 'open') this.#listener.open(outcome.doors);
    else if (outcome.type === 'wrong') this.#listener.wrong();
    else if (outcome.type === 'locked') this.#listener.locked();
  }
}

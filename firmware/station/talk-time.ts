/** The warning comes so long before the end; ms. */
const WARNING = 10_000;

/**
 * How long a talk may last: a pure state machine on handed-in times (ms). A key makes the whole time begin
 * anew, rather than adding to what is left: so there is always an end in sight, however many keys are
 * pressed.
 */
export class TalkTime {
  readonly #length: number;
  #end: number;
  #warned = false;

  constructor(talkSeconds: number, now: number) {
    this.#length = talkSeconds * 1000;
    this.#end = now + this.#length;
  }

  /** When `check` has something to say. */
  get wakeAt(): number {
    return this.#warned ? this.#end : Math.max(this.#end - WARNING, this.#end - this.#length / 2);
  }

  /** Seconds left, rounded. */
  secondsLeft(now: number): number {
    return Math.round((this.#end - now) / 1000);
  }

  /** What is due: `warn` once, then `end`. */
  check(now: number): 'nothing' | 'warn' | 'end' {
    if (now >= this.#end) return 'end';
    if (this.#warned || now < this.wakeAt) return 'nothing';
    this.#warned = true;
    return 'warn';
  }

  /** A key was pressed. */
  extend(now: number): void {
    this.#end = now + this.#length;
    this.#warned = false;
  }
}

import type {Clock, Timer} from '../base/clock.ts';

/** What is forgotten: the network settings, or everything. */
export type ResetStage = 'network' | 'everything';

/** From so long a hold on, each second ticks: something is about to happen; ms. */
const WARNING = 5_000;
/** Whoever lets go between two of these means the stage between them; after the last it was no finger; ms. */
const NETWORK = 10_000;
const EVERYTHING = 20_000;
const NOBODY = 30_000;
const SECOND = 1_000;

export interface ResetListener {
  /** What letting go now would do; undefined: nothing. */
  countdown(stage: ResetStage | undefined): void;
  tick(): void;
  decided(stage: ResetStage): void;
}

/**
 * The reset by a long hold. It is decided by letting go, within ten seconds that the light shows: what is jammed, or leaned on,
 * never lets go in time but by chance, and after half a minute nothing more comes of it until it was free once.
 */
export class ResetButton {
  readonly #clock: Clock;
  readonly #listener: ResetListener;
  #since: number | undefined;
  #shown: ResetStage | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock, listener: ResetListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  /** The button is down (true), or up. */
  moved(down: boolean): void {
    if (!down) {
      this.#release();
      return;
    }
    if (this.#since !== undefined) return;
    this.#since = this.#clock.now();
    this.#wait(WARNING);
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #release(): void {
    const stage = stageAfter(this.#held);
    this.close();
    this.#show(undefined);
    this.#since = undefined;
    if (stage) this.#listener.decided(stage);
  }

  get #held(): number {
    return this.#since === undefined ? 0 : this.#clock.now() - this.#since;
  }

  #wait(milliseconds: number): void {
    this.#timer = this.#clock.after(milliseconds, () => {
      this.#show(stageAfter(this.#held));
      if (this.#held >= NOBODY) return;
      this.#listener.tick();
      this.#wait(SECOND);
    });
  }

  #show(stage: ResetStage | undefined): void {
    if (stage === this.#shown) return;
    this.#shown = stage;
    this.#listener.countdown(stage);
  }
}

function stageAfter(held: number): ResetStage | undefined {
  if (held < NETWORK || held >= NOBODY) return undefined;
  return held < EVERYTHING ? 'network' : 'everything';
}

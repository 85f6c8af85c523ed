import {frameTime} from './frame.ts';

/** What is paced: the parts of a step, see `MediaThread`. */
export interface PacedWork {
  readonly active: boolean;
  /** Datagrams that have come so far. */
  readonly arrived: number;
  /** Begins a step that was to be done at `due` (ms). */
  captureFrame(due: number): void;
  sendFrame(): void;
  playFrame(): void;
  skipFrames(count: number): void;
}

/** How the pacer waits; handed in, so that tests have a time of their own. */
export interface PacerWaiting {
  /** Monotonic time in ms. */
  now(): number;
  /** A number that changes with each command from the control thread. */
  commandCount(): number;
  /**
   * Blocks the thread for up to `milliseconds`; ends at once when, or if already, `commandCount()` is no longer `seen`.
   */
  sleep(seen: number, milliseconds: number): void;
  /** Blocks the thread until `time` without giving up the processor. */
  stayAwake(time: number): void;
  /** Lets the event loop handle what has come (datagrams, commands), then calls `turn`. */
  yieldToLoop(turn: () => void): void;
}

/**
 * How long before the deadline the thread is woken, in ms. The kernel takes part of it to do so, capturing and encoding
 * with caches gone cold another; what is left is waited for awake. Costs up to 1 % of a core, and only with work to do.
 */
const preparationTime = 0.25;
/** Datagrams that one turn of the event loop reads from a socket at most (libuv); so many came, and more may wait. */
const readsPerTurn = 32;
/** So long before a deadline, in ms, what still waits is left for later: in a flood too the thread has to play. */
const readingReserve = 10;
/** Steps that are made up for when the thread was late; more are skipped: 100 ms. */
const maxBehind = 5;

/**
 * Keeps the steps of 20 ms. Timers of the event loop are a millisecond coarse, so while there is work the thread
 * sleeps to the very deadline itself, and gives way to the loop once before each sleep, more often only where it could not read
 * all that had come:
 *
 *   turn: play what has come > sleep till just before the deadline, or a command > capture > at the deadline send
 *   > loop > turn
 *
 * Without work nothing is scheduled and the loop waits as in any program.
 */
export class Pacer {
  readonly #work: PacedWork;
  readonly #waiting: PacerWaiting;
  readonly #turn = () => this.#takeTurn();
  #running = false;
  #deadline = 0;
  #sent = false;
  /** What had arrived before the loop last ran. */
  #arrived = 0;
  /** The command count before the loop last ran: later commands are yet to be handled. */
  #seen = 0;

  constructor(work: PacedWork, waiting: PacerWaiting) {
    this.#work = work;
    this.#waiting = waiting;
  }

  /** To be called after each command: begins when there is work, at once. */
  wake(): void {
    if (this.#running || !this.#work.active) return;
    this.#running = true;
    this.#deadline = this.#waiting.now();
    this.#sent = false;
    this.#seen = this.#waiting.commandCount();
    this.#waiting.yieldToLoop(this.#turn);
  }

  #takeTurn(): void {
    const {now, sleep, commandCount, yieldToLoop} = this.#waiting;
    const came = this.#work.arrived - this.#arrived;
    this.#arrived += came;
    if (came >= readsPerTurn && now() < this.#deadline - readingReserve) {
      yieldToLoop(this.#turn);
      return;
    }
    if (this.#sent) {
      this.#sent = false;
      this.#work.playFrame();
    }
    if (!this.#work.active) {
      this.#running = false;
      return;
    }
    const early = this.#deadline - preparationTime - now();
    if (early > 0) sleep(this.#seen, early);
    this.#seen = commandCount();
    if (now() >= this.#deadline - preparationTime) this.#step(now());
    yieldToLoop(this.#turn);
  }

  #step(now: number): void {
    const behind = Math.floor((now - this.#deadline) / frameTime);
    if (behind > maxBehind) {
      this.#work.skipFrames(behind);
      this.#deadline += behind * frameTime;
    }
    this.#work.captureFrame(this.#deadline);
    this.#waiting.stayAwake(this.#deadline);
    this.#work.sendFrame();
    this.#deadline += frameTime;
    this.#sent = true;
  }
}

import {inUnits} from './units.ts';

const BAR = 24;
/** So often a terminal is told (ms); anything else is told each tenth of the way. */
const REDRAW = 100;
/** What the rate is measured over (ms): a card slows down on its way. */
const WINDOW = 5000;

/** Where it is shown. */
export interface Screen {
  readonly isTTY: boolean;
  write(text: string): void;
}

/** How far a work on so many bytes is, how fast it goes, and how long it will take. `now` is in ms. */
export class Progress {
  readonly #title: string;
  readonly #total: number;
  readonly #screen: Screen;
  readonly #now: () => number;
  #seen: {at: number; done: number}[];
  #drawn = Number.NEGATIVE_INFINITY;
  #tenth = -1;

  constructor(title: string, total: number, screen: Screen, now: () => number) {
    this.#title = title;
    this.#total = total;
    this.#screen = screen;
    this.#now = now;
    this.#seen = [{at: now(), done: 0}];
  }

  /** `done` of all bytes are done. */
  show(done: number): void {
    const at = this.#now();
    this.#seen.push({at, done});
    while (this.#seen.length > 2 && this.#seen[1]!.at <= at - WINDOW) this.#seen.shift();
    const complete = done >= this.#total;
    if (this.#screen.isTTY) {
      if (!complete && at - this.#drawn < REDRAW) return;
      this.#drawn = at;
      this.#screen.write(`\r${this.#line(done)}\u001b[K${complete ? '\n' : ''}`);
      return;
    }
    const tenth = Math.floor((10 * done) / this.#total);
    if (tenth > this.#tenth) this.#screen.write(`${this.#line(done)}\n`);
    this.#tenth = tenth;
  }

  /** Leaves the line as it is: the work has been given up. */
  giveUp(): void {
    if (this.#screen.isTTY) this.#screen.write('\n');
  }

  #line(done: number): string {
    const share = Math.min(done / this.#total, 1);
    const filled = Math.round(BAR * share);
    const bar = `[${'#'.repeat(filled)}${' '.repeat(BAR - filled)}]`;
    const first = this.#seen[0]!;
    const seconds = (this.#now() - first.at) / 1000;
    const rate = seconds > 0 ? (done - first.done) / seconds : 0;
    const percent = `${Math.floor(100 * share)} %`.padStart(5);
    const parts = [`${inUnits(done)} of ${inUnits(this.#total)}`];
    if (rate > 0) parts.push(`${inUnits(rate)}/s`);
    if (rate > 0 && share < 1) parts.push(`${inTime((this.#total - done) / rate)} left`);
    return `${this.#title.padEnd(8)} ${bar} ${percent}  ${parts.join('  ')}`;
  }
}

function inTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

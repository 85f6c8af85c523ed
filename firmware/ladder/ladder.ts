import {printable, summarize} from './message-summary.ts';

/** A SIP message on its way. */
export interface LadderStep {
  /** ms since any start; differences are shown. */
  readonly at: number;
  /** `HOST:PORT`, IPv6 in brackets. */
  readonly from: string;
  readonly to: string;
  /** The message as text; its secrets are for the caller to hide. */
  readonly message: string;
}

export interface LadderOptions {
  /** Characters a line may have. */
  readonly width: number;
  /** Whether to colour with ANSI sequences. */
  readonly colour: boolean;
}

const TIME_WIDTH = 11;
/** An arrow needs room for its label; columns further apart than this are no easier to read. */
const NARROWEST = 18;
const WIDEST = 46;
/** Messages that are remembered to tell retransmissions. */
const REMEMBERED = 200;

const BOLD = '1';
const DIM = '2';
/** By the first digit of the status: provisional, success, redirection, and failures. */
const STATUS_COLOURS: Readonly<Record<string, string>> = {
  1: '33',
  2: '32',
  3: '36',
  4: '31',
  5: '31',
  6: '31',
};

/**
 * A text ladder that grows message by message: a column for each address, an arrow for each message.
 *
 *                       192.0.2.1:5060                    192.0.2.2:5060
 *         0.000                │─────── INVITE with SDP ────────>│
 *         0.004                │<──── 180 Ringing to INVITE ─────│
 *
 * Where the line is too short for the columns, a line `0.000 FROM > TO  INVITE` stands for the arrow.
 */
export class Ladder {
  readonly #options: LadderOptions;
  readonly #columns: string[];
  readonly #seen = new Set<string>();
  #start: number | undefined;
  #headed = false;

  /** `columns`: the addresses that will come, where they are known beforehand. */
  constructor(options: LadderOptions, columns: readonly string[] = []) {
    this.#options = options;
    this.#columns = [...columns];
  }

  /** The lines to print for one more message: its arrow, and the heads of the columns when there are new ones. */
  add(step: LadderStep): string[] {
    this.#start ??= step.at;
    for (const address of [step.from, step.to]) {
      if (this.#columns.includes(address)) continue;
      this.#columns.push(address);
      this.#headed = false;
    }
    const arrow = this.#arrow(step);
    if (this.#headed || this.#spacing() < NARROWEST) return [arrow];
    this.#headed = true;
    return [this.#heads(), arrow];
  }

  /** Characters from one column to the next. */
  #spacing(): number {
    return Math.min(Math.floor((this.#options.width - TIME_WIDTH) / this.#columns.length), WIDEST);
  }

  /** Where a column's line stands: in the middle of its share. */
  #place(column: number): number {
    return TIME_WIDTH + Math.floor(this.#spacing() * (column + 0.5));
  }

  #heads(): string {
    const room = this.#spacing() - 1;
    const heads = this.#columns.map((address) => {
      const head = clip(printable(address), room);
      const before = Math.floor((this.#spacing() - head.length) / 2);
      return (' '.repeat(before) + head).padEnd(this.#spacing());
    });
    return this.#paint(BOLD, (' '.repeat(TIME_WIDTH) + heads.join('')).trimEnd());
  }

  #arrow(step: LadderStep): string {
    const {label, status} = summarize(step.message);
    const again = this.#wasSeen(step) ? `${label} again` : label;
    const colour = status === undefined ? BOLD : (STATUS_COLOURS[String(status)[0]!] ?? BOLD);
    const time = ((step.at - this.#start!) / 1000).toFixed(3).padStart(TIME_WIDTH - 2);
    if (this.#spacing() < NARROWEST) {
      const text = `${printable(step.from)} > ${printable(step.to)}  `;
      return `${this.#paint(DIM, time)}  ${text}${this.#paint(colour, again)}`;
    }
    const from = this.#columns.indexOf(step.from);
    const to = this.#columns.indexOf(step.to);
    const left = Math.min(from, to);
    const right = Math.max(from, to);
    let line = this.#paint(DIM, time);
    let at = TIME_WIDTH - 2;
    for (let column = 0; column < this.#columns.length; column += 1) {
      const place = this.#place(column);
      if (column <= left || column > right) {
        line += ' '.repeat(place - at) + this.#paint(DIM, '│');
        at = place + 1;
      } else if (column === right) {
        line += this.#shaft(place - at, again, to > from, colour) + this.#paint(DIM, '│');
        at = place + 1;
      }
      // A message from an address to itself has no way to go: its label stands beside the line.
      if (from === to && column === from) {
        const end = column + 1 < this.#columns.length ? this.#place(column + 1) : this.#options.width;
        const beside = ` ${clip(again, end - at - 3)} `;
        line += this.#paint(colour, beside);
        at += beside.length;
      }
    }
    return line;
  }

  #shaft(length: number, label: string, rightwards: boolean, colour: string): string {
    const text = ` ${clip(label, length - 6)} `;
    const rest = length - 1 - text.length;
    const before = '─'.repeat(Math.floor(rest / 2));
    const after = '─'.repeat(Math.ceil(rest / 2));
    return this.#paint(colour, rightwards ? `${before}${text}${after}>` : `<${before}${text}${after}`);
  }

  #wasSeen({from, to, message}: LadderStep): boolean {
    const key = `${from} ${to} ${message}`;
    const seen = this.#seen.has(key);
    this.#seen.add(key);
    const [oldest] = this.#seen;
    if (this.#seen.size > REMEMBERED && oldest !== undefined) this.#seen.delete(oldest);
    return seen;
  }

  #paint(colour: string, text: string): string {
    return this.#options.colour ? `\x1b[${colour}m${text}\x1b[0m` : text;
  }
}

/** A whole ladder, ending in a line break. */
export function formatLadder(steps: readonly LadderStep[], options: LadderOptions): string {
  const ladder = new Ladder(options, [...new Set(steps.flatMap(({from, to}) => [from, to]))]);
  return steps
    .flatMap((step) => ladder.add(step))
    .map((line) => `${line}\n`)
    .join('');
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

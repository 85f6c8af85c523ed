import {seededRandom} from '../support/fake-network.ts';

/** How many of the last datagrams are remembered, for lines and identities to be taken from. */
const memory = 64;

/** What readers of text stumble over. */
const oddities = [
  ...[
    '\r\n',
    '\r\n ',
    '\n',
    '\r',
    '\r\n\r\n',
    '\t',
    '\0',
    '"',
    '\\',
    '<',
    '>',
    ',',
    ';',
    ':',
    '=',
    '@',
    '[',
    ']',
  ],
  ...['%00', '%', '?', '*', 'ü', '\xff\xfe', ';tag=', ';lr', ';rport', ';branch=z9hG4bK', '-1', '0', '65536'],
  ...['99999999999999999999', '<sip:', 'SIP/2.0', 'sip:[::', 'x'.repeat(300)],
];
const methods = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'INFO',
  'REGISTER',
  'UPDATE',
  'PRACK',
  'MESSAGE',
  'SUBSCRIBE',
  'NOTIFY',
  'REFER',
  'DANCE',
];
const statuses = [
  100, 180, 183, 199, 200, 202, 301, 302, 305, 380, 401, 407, 422, 481, 487, 491, 500, 503, 600, 699,
];
/** Headers that say which dialog and transaction a message belongs to. */
const identity = ['Via', 'From', 'To', 'Call-ID'];

/**
 * Changes datagrams as a broken or hostile peer would, always in the same way for the same seed. Beside small damage it
 * takes lines from other datagrams seen, and gives a message the identity of another, so that what it makes gets past
 * the parser and into transactions and dialogs that are alive.
 */
export class DatagramMutator {
  #random: () => number;
  #corpus: readonly Buffer[];
  #seen: Buffer[] = [];

  constructor(seed: number, corpus: readonly Buffer[]) {
    this.#random = seededRandom(seed);
    this.#corpus = corpus;
  }

  /** An integer from 0 to below `count`. */
  below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  /** True once in `count` times. */
  once(count: number): boolean {
    return this.below(count) === 0;
  }

  /** Remembers a datagram that was really sent. */
  see(bytes: Uint8Array): void {
    this.#seen.push(Buffer.from(bytes));
    if (this.#seen.length > memory) this.#seen.shift();
  }

  /** Some datagram: from the corpus or sent before, as it was, changed, or in the name of another. */
  invent(): Buffer {
    const one = this.#pick();
    const text = this.once(4) ? one : this.#impersonate(one, this.#recent());
    return this.once(3) ? Buffer.from(text, 'latin1') : this.mutate(Buffer.from(text, 'latin1'));
  }

  /** One of these messages as the next one of a dialog that may be alive, now and then changed. */
  follow(messages: readonly Buffer[]): Buffer {
    const dialogs = this.#seen.filter((one) => /^To:.*;tag=/im.test(one.toString('latin1'))).slice(-12);
    const dialog = (dialogs[this.below(dialogs.length)] ?? this.#seen.at(-1))?.toString('latin1') ?? '';
    const ends = this.once(2) ? ['From', 'To'] : ['To', 'From'];
    let text = messages[this.below(messages.length)]!.toString('latin1');
    for (const [name, source] of [
      ['From', ends[0]],
      ['To', ends[1]],
      ['Call-ID', 'Call-ID'],
    ]) {
      const value = new RegExp(`^${source}:(.*)$`, 'im').exec(dialog)?.[1];
      if (value) text = text.replace(new RegExp(`^${name}:.*$`, 'im'), () => `${name}:${value}`);
    }
    text = text.replace(/^CSeq: \d+/im, `CSeq: ${100 + this.below(1000)}`);
    text = text.replace(/branch=z9hG4bK\w*/i, `branch=z9hG4bK${this.below(1e9)}`);
    return this.once(4) ? this.mutate(Buffer.from(text, 'latin1')) : Buffer.from(text, 'latin1');
  }

  /** A datagram with one to four changes. */
  mutate(bytes: Uint8Array): Buffer {
    let text = Buffer.from(bytes).toString('latin1');
    for (let changes = 1 + this.below(4); changes > 0; changes--) text = this.#change(text);
    return Buffer.from(text.slice(0, 65_535), 'latin1');
  }

  #pick(): string {
    const pool = this.#seen.length > 0 && !this.once(3) ? this.#seen : this.#corpus;
    return pool[this.below(pool.length)]!.toString('latin1');
  }

  /** A datagram of the last few, whose dialog may be alive still. */
  #recent(): string {
    const recent = this.#seen.slice(-12);
    return recent.length > 0 ? recent[this.below(recent.length)]!.toString('latin1') : this.#pick();
  }

  #oddity(): string {
    return Buffer.from(oddities[this.below(oddities.length)]!).toString('latin1');
  }

  #change(text: string): string {
    const at = this.below(text.length + 1);
    const lines = () => text.split('\r\n');
    const line = this.below(lines().length);
    switch (this.below(14)) {
      case 0:
        return text.slice(0, at) + String.fromCharCode(this.below(256)) + text.slice(at + 1);
      case 1:
        return text.slice(0, at) + text.slice(at + this.below(40));
      case 2:
        return text.slice(0, at);
      case 3:
        return text.slice(0, at) + this.#oddity() + text.slice(at);
      case 4:
        return lines().toSpliced(line, 0, lines()[line]!).join('\r\n');
      case 5:
        return lines().toSpliced(line, 1).join('\r\n');
      case 6:
        return this.#swapped(lines()).join('\r\n');
      case 7:
        return lines().toSpliced(line, this.below(2), this.#lineOfAnother()).join('\r\n');
      case 8:
        return this.#impersonate(text, this.#recent());
      case 9:
        return text.replace(/^[A-Z]+(?= )/, methods[this.below(methods.length)]!);
      case 10:
        return text.replace(/^SIP\/2\.0 \d+/, `SIP/2.0 ${statuses[this.below(statuses.length)]}`);
      case 11:
        return text.replace(/^CSeq: \d+/im, `CSeq: ${this.once(5) ? 2 ** 31 - 1 : this.below(8)}`);
      case 12:
        return text.replace(/\d+/g, (digits) => (this.once(20) ? this.#number() : digits));
      default:
        return text.replace(/([ ;:,])/g, (gap) =>
          this.once(20) ? `\r\n${gap === ' ' ? ' ' : `\t${gap}`}` : gap,
        );
    }
  }

  #number(): string {
    return ['0', '-1', '255', '65535', '2147483647', '4294967296', '9'.repeat(40)][this.below(7)]!;
  }

  #swapped(lines: string[]): string[] {
    const [one, other] = [this.below(lines.length), this.below(lines.length)];
    return lines.with(one, lines[other]!).with(other, lines[one]!);
  }

  #lineOfAnother(): string {
    const lines = this.#pick().split('\r\n');
    return lines[this.below(lines.length)]!;
  }

  /**
   * `text` with the headers of `other` that say where it belongs, From and To perhaps turned round, and now and then
   * its CSeq number.
   */
  #impersonate(text: string, other: string): string {
    const turned = this.once(2);
    let changed = text;
    for (const name of this.once(3) ? [...identity, 'CSeq'] : identity) {
      const source = turned && name === 'From' ? 'To' : turned && name === 'To' ? 'From' : name;
      const value = new RegExp(`^${source}:(.*)$`, 'im').exec(other)?.[1];
      if (value === undefined || this.once(15)) continue;
      changed = changed.replace(new RegExp(`^${name}:.*$`, 'im'), () => `${name}:${value}`);
    }
    return changed;
  }
}

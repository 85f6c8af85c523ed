import type {Clock} from '../base/clock.ts';
import {shownText} from '../base/shown-text.ts';
import type {Party} from '../sip/agent/call.ts';
import {isAllowed} from './allow-list.ts';
import type {JournalEvent} from './journal-event.ts';
import {knownName} from './known-name.ts';

/** Characters of a message that are kept. */
const LENGTH = 280;
/** Messages that are taken in a window: from one address, and from everybody. */
const FROM_ONE = 10;
const FROM_ALL = 50;
/** Length of a window; ms. */
const WINDOW = 60_000;

/** Takes messages of those who may call, as many as the journal bears. */
export class Mailbox {
  readonly #from: readonly string[];
  readonly #clock: Clock;
  readonly #tell: (event: JournalEvent) => void;
  #windowEnd = -Infinity;
  #taken = 0;
  #takenFrom = new Map<string, number>();

  constructor(options: {from: readonly string[]; clock: Clock; tell: (event: JournalEvent) => void}) {
    this.#from = options.from;
    this.#clock = options.clock;
    this.#tell = options.tell;
  }

  /** What becomes of a message, as status of SIP; `text` is undefined where it is no text. */
  receive(sender: Party, text: string | undefined): 200 | 403 | 480 {
    if (!isAllowed(sender, this.#from)) return 403;
    const message = shownText(text ?? '', LENGTH);
    if (message === '') return 200;
    if (!this.#hasRoomFor(sender.address)) return 480;
    const peerName = knownName(sender);
    const name = peerName === undefined ? {} : {peerName};
    this.#tell({kind: 'message-received', peer: sender.uri, ...name, message});
    return 200;
  }

  #hasRoomFor(address: string): boolean {
    const now = this.#clock.now();
    if (now >= this.#windowEnd) {
      this.#windowEnd = now + WINDOW;
      this.#taken = 0;
      this.#takenFrom.clear();
    }
    const fromOne = this.#takenFrom.get(address) ?? 0;
    if (fromOne >= FROM_ONE || this.#taken >= FROM_ALL) return false;
    this.#taken += 1;
    this.#takenFrom.set(address, fromOne + 1);
    return true;
  }
}

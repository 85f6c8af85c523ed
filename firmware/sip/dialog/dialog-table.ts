import type {SipRequest} from '../message/message.ts';
import type {ServerTransaction} from '../transaction/transaction.ts';
import type {DialogId} from './dialog.ts';

/** Whoever is told of the requests inside a dialog. */
export interface DialogUser {
  /** A request in order or not; ACK has no transaction. */
  receive(transaction: ServerTransaction | undefined, request: SipRequest): void;
}

/** Ended calls that are remembered, so that whoever wants to replace one learns that it is over. */
const endedLimit = 16;

/** Which dialog a message belongs to (RFC 3261 section 12.2.2). */
export class DialogTable {
  #users = new Map<string, DialogUser>();
  #ended = new Set<string>();

  get size(): number {
    return this.#users.size;
  }

  /** `user` gets the requests of the dialog from now on, in place of whoever got them before. */
  set(dialog: DialogId, user: DialogUser): void {
    this.#users.set(key(dialog), user);
  }

  /** Forgets the dialog if `user` is still the one who gets its requests. */
  remove(dialog: DialogId, user: DialogUser): void {
    if (this.#users.get(key(dialog)) === user) this.#users.delete(key(dialog));
  }

  /** Forgets the dialog of a call, but for the fact that there was one. */
  end(dialog: DialogId, user: DialogUser): void {
    this.remove(dialog, user);
    this.#ended.add(key(dialog));
    const [oldest] = this.#ended;
    if (this.#ended.size > endedLimit && oldest !== undefined) this.#ended.delete(oldest);
  }

  find(dialog: DialogId): DialogUser | undefined {
    return this.#users.get(key(dialog));
  }

  /** Whether it is the dialog of one of the calls that ended last. */
  hasEnded(dialog: DialogId): boolean {
    return this.#ended.has(key(dialog));
  }

  ofRequest(request: SipRequest): DialogUser | undefined {
    const {callId, from, to} = request;
    return this.find({callId, localTag: to.tag ?? '', remoteTag: from.tag ?? ''});
  }
}

function key({callId, localTag, remoteTag}: DialogId): string {
  // A line feed occurs in none of the three.
  return `${callId}\n${localTag}\n${remoteTag}`;
}

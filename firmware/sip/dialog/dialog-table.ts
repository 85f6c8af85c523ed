import {TransientMap} from '../../base/transient-map.ts';
import type {SipRequest} from '../message/message.ts';
import type {ServerTransaction} from '../transaction/transaction.ts';
import {type DialogId, dialogKey} from './dialog.ts';

/** Whoever is told of the requests inside a dialog. */
export interface DialogUser {
  /** A request in order or not; ACK has no transaction. */
  receive(transaction: ServerTransaction | undefined, request: SipRequest): void;
}

/** A dialog with its `dialogKey`. */
interface KeyedDialog {
  readonly key: string;
}

/** Ended calls that are remembered, so that whoever wants to replace one learns that it is over. */
const endedLimit = 16;

/** Which dialog a message belongs to (RFC 3261 section 12.2.2). */
export class DialogTable {
  #users = new TransientMap<DialogUser>();
  /** Their keys, the latest last. */
  #ended: string[] = [];

  get size(): number {
    return this.#users.size;
  }

  /** `user` gets the requests of the dialog from now on, in place of whoever got them before. */
  set({key}: KeyedDialog, user: DialogUser): void {
    this.#users.set(key, user);
  }

  /** Forgets the dialog if `user` is still the one who gets its requests. */
  remove({key}: KeyedDialog, user: DialogUser): void {
    if (this.#users.get(key) === user) this.#users.delete(key);
  }

  /** Forgets the dialog of a call, but for the fact that there was one. */
  end(dialog: KeyedDialog, user: DialogUser): void {
    this.remove(dialog, user);
    this.#ended.push(dialog.key);
    if (this.#ended.length > endedLimit) this.#ended.shift();
  }

  find(dialog: DialogId): DialogUser | undefined {
    return this.#users.get(dialogKey(dialog));
  }

  /** Whether it is the dialog of one of the calls that ended last. */
  hasEnded(dialog: DialogId): boolean {
    return this.#ended.includes(dialogKey(dialog));
  }

  ofRequest(request: SipRequest): DialogUser | undefined {
    const {callId, from, to} = request;
    // A dialog of ours has a tag of ours.
    return to.tag === undefined
      ? undefined
      : this.find({callId, localTag: to.tag, remoteTag: from.tag ?? ''});
  }
}

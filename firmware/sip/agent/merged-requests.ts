import type {SipRequest} from '../message/message.ts';
import type {ServerTransaction} from '../transaction/transaction.ts';

/**
 * Notices a request outside of a dialog that arrives twice on different ways, after a proxy forked it (RFC 3261
 * section 8.2.2.2): the same From tag, Call-ID and CSeq in another transaction.
 */
export class MergedRequests {
  #transactions = new Map<string, ServerTransaction>();
  #cleanAt = 64;

  /** True when another transaction carries the same request; otherwise this one is remembered while it lives. */
  isMerged(transaction: ServerTransaction): boolean {
    const key = keyOf(transaction.request);
    const known = this.#transactions.get(key);
    if (known && known.state !== 'terminated') return true;
    if (this.#transactions.size >= this.#cleanAt) this.#clean();
    this.#transactions.set(key, transaction);
    return false;
  }

  #clean(): void {
    for (const [key, {state}] of this.#transactions) {
      if (state === 'terminated') this.#transactions.delete(key);
    }
    // So that each request pays for a constant part of the cleaning.
    this.#cleanAt = 2 * this.#transactions.size + 64;
  }
}

function keyOf({from, callId, cseq}: SipRequest): string {
  return `${callId}\n${from.tag ?? ''}\n${cseq.number} ${cseq.method}`;
}

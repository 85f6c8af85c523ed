import {TransientMap} from '../../base/transient-map.ts';
import type {SipRequest} from '../message/message.ts';
import type {InviteServerTransaction} from './invite-server.ts';
import type {NonInviteServerTransaction} from './non-invite-server.ts';

type Server = InviteServerTransaction | NonInviteServerTransaction;

/** How many requests may wait for their final response at a time: from everybody, and from one address. */
const unansweredLimit = 256;
const unansweredLimitOfSource = 64;
/**
 * How many answered transactions are kept to absorb repetitions, and how many bytes of requests in all; the oldest
 * makes room.
 */
const answeredLimit = 1024;
const answeredBytesLimit = 4 << 20;

/** A transaction in the pool. */
export interface PooledServer {
  readonly key: string;
  readonly server: Server;
  /** Whom the request came from. */
  readonly address: string;
  /** What copies of its request have in common; undefined where it is within a dialog, or another copy came before. */
  readonly identity: string | undefined;
  /** Bytes of its request. */
  readonly size: number;
  /** Whether its request came by another way before: a proxy forked it (RFC 3261 section 8.2.2.2). */
  readonly merged: boolean;
  /** The answered transactions that it is one of, and its neighbours there. */
  queue: AnswerQueue | undefined;
  earlier: PooledServer | undefined;
  later: PooledServer | undefined;
}

/**
 * The server transactions that are alive, by the key of RFC 3261 section 17.2.3, bounded so that a flood of
 * requests takes a bounded amount of memory, and one address cannot take all of it.
 */
export class ServerPool {
  #all = new TransientMap<PooledServer>();
  /** Those that were answered, in the order of the answers: INVITEs with a 2xx, which may have to be repeated, and others. */
  #accepted = new AnswerQueue();
  #absorbing = new AnswerQueue();
  #answeredBytes = 0;
  #unansweredOfSource = new Map<string, number>();
  /** The first transaction of each request, to notice when the same one comes by another way. */
  #first = new TransientMap<PooledServer>();

  get size(): number {
    return this.#all.size;
  }

  get(key: string): Server | undefined {
    return this.#all.get(key)?.server;
  }

  /** Whether a request from `address` may become a transaction. */
  hasRoomFor(address: string): boolean {
    return (
      this.#all.size - this.#answered < unansweredLimit &&
      (this.#unansweredOfSource.get(address) ?? 0) < unansweredLimitOfSource
    );
  }

  /** Takes the transaction of a request of `size` bytes that came from `address`. */
  add(key: string, server: Server, request: SipRequest, address: string, size: number): PooledServer {
    // Section 8.2.2.2 is about requests without a To tag.
    const identity = request.to.tag === undefined ? identityOf(request) : undefined;
    const merged = identity !== undefined && this.#first.get(identity) !== undefined;
    const pooled: PooledServer = {
      key,
      server,
      address,
      identity: merged ? undefined : identity,
      size,
      merged,
      queue: undefined,
      earlier: undefined,
      later: undefined,
    };
    this.#all.set(key, pooled);
    this.#count(address, 1);
    if (pooled.identity !== undefined) this.#first.set(pooled.identity, pooled);
    return pooled;
  }

  /** To be called when a response was sent: a final one moves the transaction to those that only absorb. */
  onResponded(pooled: PooledServer): void {
    const {server, address, size} = pooled;
    if (pooled.queue || !isAnswered(server)) return;
    this.#count(address, -1);
    (server.state === 'accepted' ? this.#accepted : this.#absorbing).add(pooled);
    this.#answeredBytes += size;
    while (this.#answered > answeredLimit || this.#answeredBytes > answeredBytesLimit) this.#makeRoom();
  }

  /** To be called once, when the transaction has ended. */
  remove(pooled: PooledServer): void {
    const {key, address, identity, size} = pooled;
    this.#all.delete(key);
    if (pooled.queue) {
      pooled.queue.remove(pooled);
      this.#answeredBytes -= size;
    } else this.#count(address, -1);
    if (identity !== undefined) this.#first.delete(identity);
  }

  /** Ends all of them without a word. */
  terminateAll(): void {
    for (const {server} of this.#all.values()) server.terminate();
  }

  get #answered(): number {
    return this.#accepted.size + this.#absorbing.size;
  }

  /** A call that has just been answered may still have to repeat its 2xx: strangers must not push it out. */
  #makeRoom(): void {
    const sparesAccepted = this.#accepted.size <= answeredLimit / 2 && this.#absorbing.size > 0;
    (sparesAccepted ? this.#absorbing : this.#accepted).oldest?.server.terminate();
  }

  #count(address: string, change: number): void {
    const count = (this.#unansweredOfSource.get(address) ?? 0) + change;
    if (count > 0) this.#unansweredOfSource.set(address, count);
    else this.#unansweredOfSource.delete(address);
  }
}

/** Answered transactions in the order of their answers: a list of neighbours, for any of them may be taken away. */
class AnswerQueue {
  size = 0;
  oldest: PooledServer | undefined;
  #latest: PooledServer | undefined;

  add(pooled: PooledServer): void {
    pooled.queue = this;
    pooled.earlier = this.#latest;
    if (this.#latest) this.#latest.later = pooled;
    else this.oldest = pooled;
    this.#latest = pooled;
    this.size++;
  }

  remove(pooled: PooledServer): void {
    const {earlier, later} = pooled;
    if (earlier) earlier.later = later;
    else this.oldest = later;
    if (later) later.earlier = earlier;
    else this.#latest = earlier;
    pooled.queue = undefined;
    pooled.earlier = undefined;
    pooled.later = undefined;
    this.size--;
  }
}

/** What copies of one request have in common: Call-ID, From tag and CSeq. */
function identityOf({callId, from, cseq}: SipRequest): string {
  return [callId, from.tag, cseq.number, cseq.method].join('\n');
}

function isAnswered({state}: Server): boolean {
  return state !== 'trying' && state !== 'proceeding';
}

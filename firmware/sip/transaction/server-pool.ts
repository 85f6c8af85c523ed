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
  /** What copies of its request have in common. */
  readonly identity: string;
  /** Bytes of its request. */
  readonly size: number;
  /** Whether its request came by another way before: a proxy forked it (RFC 3261 section 8.2.2.2). */
  readonly merged: boolean;
}

/**
 * The server transactions that are alive, by the key of RFC 3261 section 17.2.3, bounded so that a flood of
 * requests takes a bounded amount of memory, and one address cannot take all of it.
 */
export class ServerPool {
  #all = new Map<string, PooledServer>();
  /** Those that were answered, in the order of the answers: INVITEs with a 2xx, which may have to be repeated, and others. */
  #accepted = new AnswerQueue();
  #absorbing = new AnswerQueue();
  #answeredBytes = 0;
  #unansweredOfSource = new Map<string, number>();
  /** The first transaction of each request, to notice when the same one comes by another way. */
  #first = new Map<string, PooledServer>();

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
    const identity = identityOf(request);
    const pooled = {key, server, address, identity, size, merged: this.#first.has(identity)};
    this.#all.set(key, pooled);
    this.#count(address, 1);
    if (!pooled.merged) this.#first.set(identity, pooled);
    return pooled;
  }

  /** To be called when a response was sent: a final one moves the transaction to those that only absorb. */
  onResponded(pooled: PooledServer): void {
    const {server, address, size} = pooled;
    if (!isAnswered(server) || this.#isAmongAnswered(pooled) || this.#all.get(pooled.key) !== pooled) return;
    this.#count(address, -1);
    (server.state === 'accepted' ? this.#accepted : this.#absorbing).add(pooled);
    this.#answeredBytes += size;
    while (this.#answered > answeredLimit || this.#answeredBytes > answeredBytesLimit) this.#makeRoom();
  }

  remove(pooled: PooledServer): void {
    const {key, address, identity, size} = pooled;
    if (this.#all.get(key) !== pooled) return;
    this.#all.delete(key);
    if (this.#accepted.delete(pooled) || this.#absorbing.delete(pooled)) this.#answeredBytes -= size;
    else this.#count(address, -1);
    if (this.#first.get(identity) === pooled) this.#first.delete(identity);
  }

  /** Ends all of them without a word. */
  terminateAll(): void {
    for (const {server} of [...this.#all.values()]) server.terminate();
  }

  get #answered(): number {
    return this.#accepted.size + this.#absorbing.size;
  }

  #isAmongAnswered(pooled: PooledServer): boolean {
    return this.#accepted.has(pooled) || this.#absorbing.has(pooled);
  }

  /** A call that has just been answered may still have to repeat its 2xx: strangers must not push it out. */
  #makeRoom(): void {
    const sparesAccepted = this.#accepted.size <= answeredLimit / 2 && this.#absorbing.size > 0;
    const oldest = (sparesAccepted ? this.#absorbing : this.#accepted).oldest();
    oldest?.server.terminate();
  }

  #count(address: string, change: number): void {
    const count = (this.#unansweredOfSource.get(address) ?? 0) + change;
    if (count > 0) this.#unansweredOfSource.set(address, count);
    else this.#unansweredOfSource.delete(address);
  }
}

/** Answered transactions in the order of their answers. */
class AnswerQueue extends Set<PooledServer> {
  /** Goes on where it was: what lies before has been taken away, but leaves holes that a new one would have to pass. */
  #order = this.values();

  /** The next to make room, which is then to be taken away. */
  oldest(): PooledServer | undefined {
    const next = this.#order.next();
    if (!next.done) return next.value;
    this.#order = this.values();
    return this.#order.next().value;
  }
}

/** What copies of one request have in common: Call-ID, From tag and CSeq. */
function identityOf({callId, from, cseq}: SipRequest): string {
  return `${callId}\n${from.tag ?? ''}\n${cseq.number} ${cseq.method}`;
}

function isAnswered({state}: Server): boolean {
  return state !== 'trying' && state !== 'proceeding';
}

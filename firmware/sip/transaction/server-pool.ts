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

/**
 * The server transactions that are alive, by the key of RFC 3261 section 17.2.3, bounded so that a flood of
 * requests takes a bounded amount of memory, and one address cannot take all of it.
 */
export class ServerPool {
  #unanswered = new Map<string, Server>();
  #answered = new Map<string, Server>();
  #unansweredOfSource = new Map<string, number>();
  /** Bytes of each request, and of those that were answered together. */
  #sizes = new Map<Server, number>();
  #answeredBytes = 0;
  /** The first transaction of each request, to notice when the same one comes by another way. */
  #first = new Map<string, Server>();

  get size(): number {
    return this.#unanswered.size + this.#answered.size;
  }

  get(key: string): Server | undefined {
    return this.#unanswered.get(key) ?? this.#answered.get(key);
  }

  /** Whether a request from `address` may become a transaction. */
  hasRoomFor(address: string): boolean {
    return (
      this.#unanswered.size < unansweredLimit &&
      (this.#unansweredOfSource.get(address) ?? 0) < unansweredLimitOfSource
    );
  }

  /** `size`: bytes of the request. */
  add(key: string, server: Server, size: number): void {
    this.#unanswered.set(key, server);
    this.#sizes.set(server, size);
    this.#count(server, 1);
    const identity = identityOf(server);
    if (!this.#first.has(identity)) this.#first.set(identity, server);
  }

  /** Whether the request of `server` came by another way before: a proxy forked it (RFC 3261 section 8.2.2.2). */
  isMerged(server: Server): boolean {
    return this.#first.get(identityOf(server)) !== server;
  }

  /** To be called when a response was sent: a final one moves the transaction to those that only absorb. */
  onResponded(key: string, server: Server): void {
    if (!isAnswered(server) || !this.#unanswered.delete(key)) return;
    this.#count(server, -1);
    this.#answered.set(key, server);
    this.#answeredBytes += this.#sizes.get(server) ?? 0;
    while (this.#answered.size > answeredLimit || this.#answeredBytes > answeredBytesLimit) this.#makeRoom();
  }

  remove(key: string): void {
    const server = this.get(key);
    if (!server) return;
    if (this.#unanswered.delete(key)) this.#count(server, -1);
    if (this.#answered.delete(key)) this.#answeredBytes -= this.#sizes.get(server) ?? 0;
    this.#sizes.delete(server);
    if (!this.isMerged(server)) this.#first.delete(identityOf(server));
  }

  /** Ends all of them without a word. */
  terminateAll(): void {
    for (const server of [...this.#unanswered.values(), ...this.#answered.values()]) server.terminate();
  }

  #makeRoom(): void {
    let oldest: Server | undefined;
    for (const server of this.#answered.values()) {
      oldest ??= server;
      // A call that has just been answered may still have to repeat its 2xx: strangers must not push it out.
      if (server.state !== 'accepted') {
        oldest = server;
        break;
      }
    }
    oldest?.terminate();
  }

  #count(server: Server, change: number): void {
    const {address} = server.source.remote;
    const count = (this.#unansweredOfSource.get(address) ?? 0) + change;
    if (count > 0) this.#unansweredOfSource.set(address, count);
    else this.#unansweredOfSource.delete(address);
  }
}

/** What copies of one request have in common: Call-ID, From tag and CSeq. */
function identityOf({request: {callId, from, cseq}}: Server): string {
  return `${callId}\n${from.tag ?? ''}\n${cseq.number} ${cseq.method}`;
}

function isAnswered({state}: Server): boolean {
  return state !== 'trying' && state !== 'proceeding';
}

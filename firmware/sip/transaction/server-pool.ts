import type {InviteServerTransaction} from './invite-server.ts';
import type {NonInviteServerTransaction} from './non-invite-server.ts';

type Server = InviteServerTransaction | NonInviteServerTransaction;

/** How many requests may wait for their final response at a time: from everybody, and from one address. */
const unansweredLimit = 256;
const unansweredLimitOfSource = 64;
/** How many answered transactions are kept to absorb repetitions; the oldest makes room. */
const answeredLimit = 1024;

/**
 * The server transactions that are alive, by the key of RFC 3261 section 17.2.3, bounded so that a flood of
 * requests takes a bounded amount of memory, and one address cannot take all of it.
 */
export class ServerPool {
  #unanswered = new Map<string, Server>();
  #answered = new Map<string, Server>();
  #unansweredOfSource = new Map<string, number>();

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

  add(key: string, server: Server): void {
    this.#unanswered.set(key, server);
    this.#count(server, 1);
  }

  /** To be called when a response was sent: a final one moves the transaction to those that only absorb. */
  onResponded(key: string, server: Server): void {
    if (!isAnswered(server) || !this.#unanswered.delete(key)) return;
    this.#count(server, -1);
    this.#answered.set(key, server);
    if (this.#answered.size > answeredLimit) this.#makeRoom();
  }

  remove(key: string): void {
    const server = this.#unanswered.get(key);
    if (server) this.#count(server, -1);
    this.#unanswered.delete(key);
    this.#answered.delete(key);
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

function isAnswered({state}: Server): boolean {
  return state !== 'trying' && state !== 'proceeding';
}

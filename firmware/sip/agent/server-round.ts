import type {SipResponse} from '../message/message.ts';
import type {Destination} from '../transport/transport.ts';

/** One round through the servers of an account: who is to be tried yet, and what was wrong with those that were. */
export class ServerRound {
  #waiting: Destination[];
  #troubles: string[] = [];
  #pauses: number[] = [];

  /** `servers` in the order in which they are tried. */
  constructor(servers: readonly Destination[]) {
    this.#waiting = [...servers];
  }

  get hasMore(): boolean {
    return this.#waiting.length > 0;
  }

  /** The next to try; only where there are more. */
  next(): Destination {
    return this.#waiting.shift()!;
  }

  /** Notes why a server would not do, and the pause (ms) that it asked for. */
  note(reason: string, pause: number): void {
    this.#troubles.push(reason);
    this.#pauses.push(pause);
  }

  /** What was wrong with all of them. */
  get reason(): string {
    return this.#troubles.join('; ');
  }

  /** The shortest pause (ms) that one of them asked for; 0 where one asked for none. */
  get pause(): number {
    return Math.min(...this.#pauses);
  }
}

/** What a refusal means, in plain words. `uri` is the address of record. */
export function refusalText({address}: Destination, {status, reason}: SipResponse, uri: string): string {
  return status === 404
    ? `${address} does not know ${uri} (404 ${reason})`
    : `refused by ${address}: ${status} ${reason}`;
}

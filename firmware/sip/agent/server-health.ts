import type {Clock} from '../../base/clock.ts';
import {type Destination, formatSocketAddress} from '../transport/transport.ts';

/**
 * How long (ms) a server is waited for, without a response of any kind, where another one could be asked instead. RFC
 * 3263 section 4.3 moves on when timers B and F have run out, after 32 s: nobody stands at a door for so long. By 4 s
 * a request has been sent four times (at 0, 0.5, 1.5 and 3.5 s), which a server that is there has heard. The last
 * server of the list has all of the 32 s.
 */
export const serverPatience = 4000;
/** How long (ms) a server that failed comes after all others. */
export const avoidance = 60_000;
/** No server keeps itself out of use for longer (ms), whatever Retry-After it sends. */
const longestAvoidance = 300_000;
/** Servers that are remembered. */
const serverLimit = 64;

/** What became of a request at one of several servers. */
export interface ServerAttempt {
  readonly method: 'REGISTER' | 'INVITE';
  /** Name of the account; undefined for a direct call. */
  readonly account: string | undefined;
  /** Such as `UDP 192.0.2.1:5060`. */
  readonly server: string;
  /** Whether the server did what it is for. */
  readonly ok: boolean;
  /** Why not, in plain words; empty where it did. */
  readonly reason: string;
}

/**
 * Which servers have failed lately (RFC 3263 section 4.3, RFC 3261 section 21.5.4). They are not given up: where all
 * have failed, they are tried as if none had.
 */
export class ServerHealth {
  /** Called for each request that succeeded or failed at a server. */
  onAttempt: ((attempt: ServerAttempt) => void) | undefined;
  #clock: Clock;
  /** Until when (clock time) a server is avoided. */
  #avoided = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tells of an attempt after which the server is neither better nor worse than before: it refused, rightly or not. */
  refused(server: Destination, request: Pick<ServerAttempt, 'method' | 'account'>, reason: string): void {
    this.#avoided.delete(serverText(server));
    this.onAttempt?.({...request, server: serverText(server), ok: false, reason});
  }

  /** Notes that a server did not answer, could not be reached, or said that it cannot serve for so long (ms). */
  failed(
    server: Destination,
    request: Pick<ServerAttempt, 'method' | 'account'>,
    reason: string,
    milliseconds = avoidance,
  ): void {
    const key = serverText(server);
    this.#avoided.delete(key);
    this.#avoided.set(key, this.#clock.now() + Math.min(milliseconds || avoidance, longestAvoidance));
    const [oldest] = this.#avoided.keys();
    if (this.#avoided.size > serverLimit && oldest !== undefined) this.#avoided.delete(oldest);
    this.onAttempt?.({...request, server: key, ok: false, reason});
  }

  /** Notes that a server serves. */
  succeeded(server: Destination, request: Pick<ServerAttempt, 'method' | 'account'>): void {
    this.#avoided.delete(serverText(server));
    this.onAttempt?.({...request, server: serverText(server), ok: true, reason: ''});
  }

  /** The servers in the order in which they are worth a try: those that failed lately behind the others. */
  order(servers: readonly Destination[]): Destination[] {
    const now = this.#clock.now();
    const avoided = (server: Destination) => (this.#avoided.get(serverText(server)) ?? 0) > now;
    return [...servers.filter((server) => !avoided(server)), ...servers.filter(avoided)];
  }
}

/** Whether two destinations are the same server. */
export function sameServer(one: Destination, other: Destination): boolean {
  return serverText(one) === serverText(other);
}

function serverText(server: Destination): string {
  return `${server.transport} ${formatSocketAddress(server)}`;
}

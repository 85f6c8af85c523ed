import {createHash} from 'node:crypto';
import type {Clock} from '../base/clock.ts';
import type {RandomBytes} from '../base/random.ts';

/** Who signs in beyond so many ends the session that was used least lately. */
const MAX_SESSIONS = 32;
/** A session ends so long after it was last used, and so long after it began; ms. */
const IDLE = 7 * 24 * 3_600_000;
const LIFETIME = 30 * 24 * 3_600_000;

/** Life of a session in seconds, for the cookie. */
export const SESSION_SECONDS = LIFETIME / 1000;

interface Session {
  readonly since: number;
  used: number;
}

/** Who is signed in. Kept in memory only, by the hash of what the browser holds: a restart ends them all. */
export class Sessions {
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  /** In the order of their last use. */
  readonly #sessions = new Map<string, Session>();

  constructor(clock: Clock, random: RandomBytes) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Begins a session; returns its id, 256 random bits. */
  begin(): string {
    const id = Buffer.from(this.#random(32)).toString('base64url');
    const now = this.#clock.now();
    this.#sessions.set(hash(id), {since: now, used: now});
    if (this.#sessions.size > MAX_SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value!);
    return id;
  }

  /** Whether `id` is that of a session; it counts as used then. */
  use(id: string): boolean {
    const key = hash(id);
    const session = this.#sessions.get(key);
    if (!session) return false;
    this.#sessions.delete(key);
    const now = this.#clock.now();
    if (now - session.used > IDLE || now - session.since > LIFETIME) return false;
    session.used = now;
    this.#sessions.set(key, session);
    return true;
  }

  end(id: string): void {
    this.#sessions.delete(hash(id));
  }

  endAll(): void {
    this.#sessions.clear();
  }
}

/** What is looked up is a hash, so that the time it takes tells nothing of an id. */
function hash(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}

import type {IncomingMessage} from 'node:http';
import type {Access} from '../access/access.ts';
import {isRead} from './guard.ts';
import {isNeighbour} from './neighbour.ts';
import type {Problem} from './problem.ts';

/** How long after the start (ms) whoever is near may set the first password. */
const SETUP_TIME = 3_600_000;

/** What a request may do, as `GET /api/session` tells it. */
export interface Standing {
  /** Whether a password is needed. */
  readonly passwordSet: boolean;
  readonly signedIn: boolean;
  /** Whether this asker may change anything now. */
  readonly mayChange: boolean;
  /** Why he may not set the first password, in plain words; null where he may, or there is one. */
  readonly setupRefused: string | null;
}

export interface AuthorizationOptions {
  readonly access: Access;
  /** Only programs of this machine can reach the listener. */
  readonly loopback: boolean;
  readonly port: number;
  /** Monotonic time in ms. */
  readonly now: () => number;
}

/**
 * Decides what a request may do. Once a password is set everything but the page's own files needs a session or a token;
 * before that, what can be reached from elsewhere can be read only, until somebody on the same network has set one, within an
 * hour of the start: later, or from farther away, it might be anybody.
 */
export class Authorization {
  readonly #options: AuthorizationOptions;
  readonly #startedAt: number;
  /** Cookies know no ports: two stations on one machine need names of their own. */
  readonly cookieName: string;

  constructor(options: AuthorizationOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.cookieName = `doorline-${options.port}`;
  }

  standing(request: IncomingMessage): Standing {
    const {access, loopback} = this.#options;
    const signedIn = this.isSignedIn(request);
    return {
      passwordSet: access.hasPassword,
      signedIn,
      mayChange: access.hasPassword ? signedIn || this.#hasToken(request) : loopback,
      setupRefused: access.hasPassword ? null : (this.refuseSetup(request) ?? null),
    };
  }

  /** The id of the session that the request claims to belong to. */
  sessionOf(request: IncomingMessage): string | undefined {
    for (const pair of (request.headers.cookie ?? '').split(';', 64)) {
      const [name, value] = pair.trim().split('=', 2);
      if (name === this.cookieName && value) return value;
    }
    return undefined;
  }

  isSignedIn(request: IncomingMessage): boolean {
    const session = this.sessionOf(request);
    return session !== undefined && this.#options.access.isSession(session);
  }

  /** Why a request for anything but the page's own files is refused; undefined where it is not. */
  refuse(request: IncomingMessage): Problem | undefined {
    const {access, loopback} = this.#options;
    const reads = isRead(request.method ?? '');
    if (this.#hasToken(request)) return undefined;
    if (!access.hasPassword) {
      if (loopback || reads) return undefined;
      return {
        status: 403,
        detail: 'Changes need a password, and none is set yet. Open the page of the station to set one.',
      };
    }
    if (!this.isSignedIn(request)) {
      return {
        status: 401,
        detail:
          'Sign in first: POST /api/session {"password": "…"}, or send a token as Authorization: Bearer TOKEN.',
        headers: {'WWW-Authenticate': 'Bearer realm="doorline"'},
      };
    }
    // A browser sends the cookie by itself, so it must say whose page asks; the guard has compared it.
    if (reads || request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined) {
      return undefined;
    }
    return {
      status: 403,
      detail:
        'With a cookie, a change must say whose page asks for it: Origin is missing. Programs use a token.',
    };
  }

  /** Why the first password cannot be set by this request, in plain words; undefined where it can. */
  refuseSetup({socket}: IncomingMessage): string | undefined {
    const {loopback, now} = this.#options;
    if (loopback) return undefined;
    if (!isNeighbour(socket.remoteAddress ?? '')) {
      return 'The first password can be set from the same network only. This request comes from another one.';
    }
    if (now() - this.#startedAt > SETUP_TIME) {
      return 'The first password can be set within an hour of the start. Switch the station off and on, and come back.';
    }
    return undefined;
  }

  #hasToken({headers}: IncomingMessage): boolean {
    const [, token] = /^Bearer ([\w.~+/-]{1,200})$/i.exec(headers.authorization ?? '') ?? [];
    return token !== undefined && this.#options.access.isToken(token);
  }
}

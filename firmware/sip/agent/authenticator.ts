import type {RandomBytes} from '../../base/random.ts';
import {formatCredentials, parseChallenge} from '../message/auth-params.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import {
  type Credentials,
  type DigestChallenge,
  digestResponse,
  newCnonce,
  readChallenge,
  strongestChallenges,
} from './digest.ts';

/** The header that carries credentials. */
export interface CredentialsHeader {
  readonly name: 'Authorization' | 'Proxy-Authorization';
  readonly value: string;
}

/** More challenges than this in one response are not looked at, and not those of more servers remembered. */
const challengeLimit = 8;

/** The headers in which a server, or a proxy before it, challenges, is answered, and gives its next nonce. */
const kinds = [
  {asks: 'WWW-Authenticate', name: 'Authorization', tells: 'Authentication-Info'},
  {asks: 'Proxy-Authenticate', name: 'Proxy-Authorization', tells: 'Proxy-Authentication-Info'},
] as const;

/** A challenge that was answered `count` times. */
interface Met {
  readonly name: CredentialsHeader['name'];
  readonly challenge: DigestChallenge;
  /** Our own nonce, one for each of the server's: the session algorithms are bound to the first (RFC 7616 section 3.4.2). */
  readonly cnonce: string;
  /** The server gave the nonce before it was needed, which is not to say that it still knows of it then. */
  readonly foretold: boolean;
  count: number;
}

/**
 * Answers the digest challenges that the requests of one account meet (RFC 3261 section 22): those of its server
 * and of proxies before it, each with a realm of its own.
 */
export class Authenticator {
  #credentials: Credentials;
  #random: RandomBytes;
  #realms: ReadonlySet<string> | undefined;
  /** The last challenge of each server, by header and realm. */
  #met = new Map<string, Met>();

  /** `realms`: those whose challenges are answered; default: any. */
  constructor(credentials: Credentials, random: RandomBytes, realms?: ReadonlySet<string>) {
    this.#credentials = credentials;
    this.#random = random;
    this.#realms = realms;
  }

  /** The realms that have challenged. */
  get realms(): ReadonlySet<string> {
    return new Set(Array.from(this.#met.values(), ({challenge}) => challenge.realm));
  }

  /**
   * The headers that the next try is to carry after a 401 or 407 to `request`: the answer to it, and to the
   * challenges of other servers met before. Undefined when there is no point in trying: no challenge that we know
   * how to answer, or a fresh answer has just been refused. Only a nonce that was too old, or one used before, is
   * worth another try.
   */
  answer(request: SipRequest, response: SipResponse): CredentialsHeader[] | undefined {
    const taken = kinds.flatMap(({asks, name}) => {
      const values = response.headers.all(asks).slice(0, challengeLimit);
      const offered = values.flatMap((value) => readOffer(value) ?? []);
      return strongestChallenges(offered).filter((challenge) => this.#take(name, challenge, request));
    });
    if (taken.length === 0) return undefined;
    return Array.from(this.#met.values(), (met) => this.#use(met, request));
  }

  /**
   * Credentials for a request that has not been challenged, with the nonces of the last challenges, to save the round
   * trip; none where there was no challenge whose nonce can be used again.
   */
  anticipate(request: SipRequest): CredentialsHeader[] {
    return [...this.#met.values()]
      .filter(({challenge}) => challenge.qop !== 'none')
      .map((met) => this.#use(met, request));
  }

  /** Takes the nonce that a 2xx names for the next request (RFC 7615 section 3); it says nothing of realms. */
  learn(response: SipResponse): void {
    for (const {name, tells} of kinds) {
      const [met, ...others] = [...this.#met.values()].filter((one) => one.name === name);
      const nonce = nextNonce(response.headers.get(tells));
      if (!met || others.length > 0 || nonce === undefined || nonce === met.challenge.nonce) continue;
      this.#remember({name, challenge: {...met.challenge, nonce}, foretold: true});
    }
  }

  /** Forgets all challenges, so that the next request goes without credentials. */
  forget(): void {
    this.#met.clear();
  }

  /** Whether a challenge to `request` is worth an answer; if so, it is remembered. */
  #take(name: CredentialsHeader['name'], challenge: DigestChallenge, request: SipRequest): boolean {
    if (this.#realms?.has(challenge.realm) === false) return false;
    const before = this.#met.get(keyOf(name, challenge));
    if (!before && this.#met.size >= challengeLimit) return false;
    const refused = request.headers.all(name).find((value) => realmOf(value) === challenge.realm);
    if (refused !== undefined && !challenge.stale && !before?.foretold && isFirstUse(refused)) return false;
    // A nonce that comes again is counted on (RFC 7616 section 3.4): from one the server would take for a replay.
    if (before?.challenge.nonce === challenge.nonce) {
      this.#met.set(keyOf(name, challenge), {...before, challenge, foretold: false});
    } else this.#remember({name, challenge, foretold: false});
    return true;
  }

  #remember(news: Pick<Met, 'name' | 'challenge' | 'foretold'>): void {
    this.#met.set(keyOf(news.name, news.challenge), {...news, cnonce: newCnonce(this.#random), count: 0});
  }

  #use(met: Met, {method, requestUri: uri, body}: SipRequest): CredentialsHeader {
    met.count++;
    const parameters = digestResponse(met.challenge, this.#credentials, {method, uri, body}, met);
    return {name: met.name, value: formatCredentials({scheme: 'Digest', parameters})};
  }
}

function keyOf(name: string, {realm}: DigestChallenge): string {
  return `${name} ${realm}`;
}

/** From the value of Authentication-Info, which has parameters alone. */
function nextNonce(info: string | undefined): string | undefined {
  const parsed = info === undefined ? undefined : parseChallenge(`Digest ${info}`);
  return parsed?.ok ? parsed.value.parameters.get('nextnonce') : undefined;
}

function realmOf(credentials: string): string | undefined {
  const parsed = parseChallenge(credentials);
  return parsed.ok ? parsed.value.parameters.get('realm') : undefined;
}

function readOffer(value: string): DigestChallenge | undefined {
  const parsed = parseChallenge(value);
  if (!parsed.ok || parsed.value.scheme.toLowerCase() !== 'digest') return undefined;
  return readChallenge(parsed.value.parameters);
}

/** Whether credentials were the first with their nonce: no nonce count, or a count of one. */
function isFirstUse(credentials: string): boolean {
  const count = /\bnc=([0-9a-f]{8})\b/i.exec(credentials)?.[1];
  return count === undefined || Number.parseInt(count, 16) === 1;
}

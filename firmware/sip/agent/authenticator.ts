import type {RandomBytes} from '../../base/random.ts';
import {formatCredentials, parseChallenge} from '../message/auth-params.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import {
  type Credentials,
  type DigestChallenge,
  digestResponse,
  newCnonce,
  readChallenge,
  strongestChallenge,
} from './digest.ts';

/** The header that carries credentials. */
export interface CredentialsHeader {
  readonly name: 'Authorization' | 'Proxy-Authorization';
  readonly value: string;
}

/** More challenges than this in one response are not looked at, and not those of more servers remembered. */
const challengeLimit = 8;

/** A challenge that was answered `count` times. */
interface Met {
  readonly name: CredentialsHeader['name'];
  readonly challenge: DigestChallenge;
  count: number;
}

/**
 * Answers the digest challenges that the requests of one account meet (RFC 3261 section 22): those of its server
 * and of proxies before it, each with a realm of its own.
 */
export class Authenticator {
  #credentials: Credentials;
  #random: RandomBytes;
  /** The last challenge of each server, by header and realm. */
  #met = new Map<string, Met>();

  constructor(credentials: Credentials, random: RandomBytes) {
    this.#credentials = credentials;
    this.#random = random;
  }

  /**
   * The headers that the next try is to carry after a 401 or 407 to `request`: the answer to it, and to the
   * challenges of other servers met before. Undefined when there is no point in trying: no challenge that we know
   * how to answer, or a fresh answer has just been refused. Only a nonce that was too old, or one used before, is
   * worth another try.
   */
  answer(request: SipRequest, response: SipResponse): CredentialsHeader[] | undefined {
    const proxy = response.status === 407;
    const name = proxy ? 'Proxy-Authorization' : 'Authorization';
    const offered = response.headers
      .all(proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate')
      .slice(0, challengeLimit)
      .flatMap((value) => readOffer(value) ?? []);
    const challenge = strongestChallenge(offered);
    if (!challenge) return undefined;
    const refused = request.headers.all(name).find((value) => realmOf(value) === challenge.realm);
    if (refused !== undefined && !challenge.stale && isFirstUse(refused)) return undefined;
    const key = `${name} ${challenge.realm}`;
    const before = this.#met.get(key);
    if (!before && this.#met.size >= challengeLimit) return undefined;
    // A nonce that comes again is counted on (RFC 7616 section 3.4): from one the server would take for a replay.
    const count = before?.challenge.nonce === challenge.nonce ? before.count : 0;
    this.#met.set(key, {name, challenge, count});
    return Array.from(this.#met.values(), (met) => this.#use(met, request.method, request.requestUri));
  }

  /**
   * Credentials for a request that has not been challenged, with the nonces of the last challenges, to save the round
   * trip; none where there was no challenge whose nonce can be used again.
   */
  anticipate(method: string, requestUri: string): CredentialsHeader[] {
    return [...this.#met.values()]
      .filter(({challenge}) => challenge.qop === 'auth')
      .map((met) => this.#use(met, method, requestUri));
  }

  /** Forgets all challenges, so that the next request goes without credentials. */
  forget(): void {
    this.#met.clear();
  }

  #use(met: Met, method: string, uri: string): CredentialsHeader {
    met.count++;
    const use = {count: met.count, cnonce: newCnonce(this.#random)};
    const parameters = digestResponse(met.challenge, this.#credentials, {method, uri}, use);
    return {name: met.name, value: formatCredentials({scheme: 'Digest', parameters})};
  }
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

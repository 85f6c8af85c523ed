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

/** More challenges than this in one response are not looked at. */
const challengeLimit = 8;

/** Answers the digest challenges that the requests of one account meet (RFC 3261 section 22). */
export class Authenticator {
  #credentials: Credentials;
  #random: RandomBytes;
  #last:
    | {readonly name: CredentialsHeader['name']; readonly challenge: DigestChallenge; count: number}
    | undefined;

  constructor(credentials: Credentials, random: RandomBytes) {
    this.#credentials = credentials;
    this.#random = random;
  }

  /**
   * The header that answers a 401 or 407 to `request`, to be set in the next try. Undefined when there is no
   * point in trying: no challenge that we know how to answer, or a fresh answer has just been refused. Only a
   * nonce that was too old, or one used before, is worth another try.
   */
  answer(request: SipRequest, response: SipResponse): CredentialsHeader | undefined {
    const proxy = response.status === 407;
    const name = proxy ? 'Proxy-Authorization' : 'Authorization';
    const offered = response.headers
      .all(proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate')
      .slice(0, challengeLimit)
      .flatMap((value) => readOffer(value) ?? []);
    const challenge = strongestChallenge(offered);
    if (!challenge) return undefined;
    const refused = request.headers.get(name);
    if (refused !== undefined && !challenge.stale && isFirstUse(refused)) return undefined;
    this.#last = {name, challenge, count: 0};
    return this.#useAgain(request.method, request.requestUri);
  }

  /**
   * Credentials for a request that has not been challenged, with the nonce of the last challenge, to save
   * the round trip. Undefined where there was none, or it cannot be used again.
   */
  anticipate(method: string, requestUri: string): CredentialsHeader | undefined {
    return this.#last?.challenge.qop === 'auth' ? this.#useAgain(method, requestUri) : undefined;
  }

  /** Forgets the last challenge, so that the next request goes without credentials. */
  forget(): void {
    this.#last = undefined;
  }

  #useAgain(method: string, uri: string): CredentialsHeader | undefined {
    const last = this.#last;
    if (!last) return undefined;
    last.count++;
    const use = {count: last.count, cnonce: newCnonce(this.#random)};
    const parameters = digestResponse(last.challenge, this.#credentials, {method, uri}, use);
    return {name: last.name, value: formatCredentials({scheme: 'Digest', parameters})};
  }
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

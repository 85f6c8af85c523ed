import {createHash} from 'node:crypto';
import type {RandomBytes} from '../../base/random.ts';
import {randomHex} from '../../base/random.ts';

/** The hash functions of RFC 7616 and RFC 8760, by their name in a challenge, the strongest first. */
const hashNames: ReadonlyMap<string, string> = new Map([
  ['SHA-512-256', 'sha512-256'],
  ['SHA-256', 'sha256'],
  ['MD5', 'md5'],
]);

/** Who answers challenges. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** One Digest challenge, its values unquoted (RFC 7616 section 3.3). */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  /** As it was given; MD5 where it was not. */
  readonly algorithm: string | undefined;
  /** Whether the server offered the quality of protection `auth`; `none` where it offered nothing. */
  readonly qop: 'auth' | 'none';
  /** The credentials were right and only the nonce was too old. */
  readonly stale: boolean;
}

/** What of a request is part of the answer. */
export interface DigestSubject {
  readonly method: string;
  /** The Request-URI, exactly as it is sent. */
  readonly uri: string;
}

/** The use of a nonce: how often so far, this time included, and our own nonce. */
export interface NonceUse {
  readonly count: number;
  readonly cnonce: string;
}

/**
 * Reads the auth-params of a Digest challenge. Undefined when it cannot be answered: a parameter is missing,
 * the algorithm is not known, or only other qualities of protection than `auth` are offered.
 */
export function readChallenge(parameters: ReadonlyMap<string, string>): DigestChallenge | undefined {
  const realm = parameters.get('realm');
  const nonce = parameters.get('nonce');
  const algorithm = parameters.get('algorithm');
  if (realm === undefined || nonce === undefined || !hashNames.has(algorithmKey(algorithm))) return undefined;
  const offered = parameters.get('qop')?.toLowerCase().split(',');
  if (offered && !offered.some((qop) => qop.trim() === 'auth')) return undefined;
  return {
    realm,
    nonce,
    algorithm,
    opaque: parameters.get('opaque'),
    qop: offered ? 'auth' : 'none',
    stale: parameters.get('stale')?.toLowerCase() === 'true',
  };
}

/** The challenge with the strongest algorithm, the first where several are equal (RFC 8760 section 2.4). */
export function strongestChallenge(challenges: readonly DigestChallenge[]): DigestChallenge | undefined {
  for (const name of hashNames.keys()) {
    const found = challenges.find(({algorithm}) => algorithmKey(algorithm) === name);
    if (found) return found;
  }
  return undefined;
}

/** The auth-params that answer `challenge`, in the order to be written (RFC 7616 section 3.4). */
export function digestResponse(
  challenge: DigestChallenge,
  credentials: Credentials,
  subject: DigestSubject,
  use: NonceUse,
): Map<string, string> {
  const {realm, nonce, qop} = challenge;
  const hash = (text: string) =>
    createHash(hashNames.get(algorithmKey(challenge.algorithm)) ?? 'md5')
      .update(text)
      .digest('hex');
  const nc = use.count.toString(16).padStart(8, '0');
  const ha1 = hash(`${credentials.user}:${realm}:${credentials.password}`);
  const ha2 = hash(`${subject.method}:${subject.uri}`);
  const response =
    qop === 'auth' ? hash(`${ha1}:${nonce}:${nc}:${use.cnonce}:auth:${ha2}`) : hash(`${ha1}:${nonce}:${ha2}`);
  const parameters = new Map([
    ['username', credentials.user],
    ['realm', realm],
    ['nonce', nonce],
    ['uri', subject.uri],
    ['response', response],
  ]);
  if (challenge.algorithm !== undefined) parameters.set('algorithm', challenge.algorithm);
  if (qop === 'auth') parameters.set('cnonce', use.cnonce).set('qop', 'auth').set('nc', nc);
  if (challenge.opaque !== undefined) parameters.set('opaque', challenge.opaque);
  return parameters;
}

/** A fresh client nonce. */
export function newCnonce(random: RandomBytes): string {
  return randomHex(random, 8);
}

function algorithmKey(algorithm: string | undefined): string {
  return algorithm?.toUpperCase() ?? 'MD5';
}

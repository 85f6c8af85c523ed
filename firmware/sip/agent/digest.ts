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
  /** The quality of protection: `auth-int`, which covers the body, only where no `auth` is offered; `none`: nothing is. */
  readonly qop: 'auth' | 'auth-int' | 'none';
  /** The credentials were right and only the nonce was too old. */
  readonly stale: boolean;
}

/** What of a request is part of the answer. */
export interface DigestSubject {
  readonly method: string;
  /** The Request-URI, exactly as it is sent. */
  readonly uri: string;
  readonly body: Uint8Array;
}

/** The use of a nonce: how often so far, this time included, and our own nonce, which stays with that of the server. */
export interface NonceUse {
  readonly count: number;
  readonly cnonce: string;
}

/**
 * Reads the auth-params of a Digest challenge. Undefined when it cannot be answered: a parameter is missing,
 * the algorithm or every quality of protection is not known.
 */
export function readChallenge(parameters: ReadonlyMap<string, string>): DigestChallenge | undefined {
  const realm = parameters.get('realm');
  const nonce = parameters.get('nonce');
  const algorithm = parameters.get('algorithm');
  if (realm === undefined || nonce === undefined || !hashNames.has(hashKey(algorithm))) return undefined;
  const qop = chooseProtection(parameters.get('qop'));
  if (qop === undefined) return undefined;
  return {
    realm,
    nonce,
    algorithm,
    opaque: parameters.get('opaque'),
    qop,
    stale: parameters.get('stale')?.toLowerCase() === 'true',
  };
}

/**
 * The challenge with the strongest algorithm of each realm, the first where several are equal (RFC 8760 section 2.4).
 * A response has those of several realms where a proxy has put together what its branches were asked (RFC 3261
 * section 16.7).
 */
export function strongestChallenges(challenges: readonly DigestChallenge[]): DigestChallenge[] {
  const chosen = new Map<string, DigestChallenge>();
  for (const name of hashNames.keys()) {
    for (const challenge of challenges) {
      const {realm, algorithm} = challenge;
      if (!chosen.has(realm) && hashKey(algorithm) === name) chosen.set(realm, challenge);
    }
  }
  return [...chosen.values()];
}

/** The auth-params that answer `challenge`, in the order to be written (RFC 7616 section 3.4). */
export function digestResponse(
  challenge: DigestChallenge,
  credentials: Credentials,
  subject: DigestSubject,
  use: NonceUse,
): Map<string, string> {
  const {realm, nonce, qop} = challenge;
  const hash = (text: string | Uint8Array) =>
    createHash(hashNames.get(hashKey(challenge.algorithm)) ?? 'md5')
      .update(text)
      .digest('hex');
  const nc = use.count.toString(16).padStart(8, '0');
  const session = isSession(challenge.algorithm);
  const secret = hash(`${credentials.user}:${realm}:${credentials.password}`);
  const ha1 = session ? hash(`${secret}:${nonce}:${use.cnonce}`) : secret;
  const covered = qop === 'auth-int' ? `:${hash(subject.body)}` : '';
  const ha2 = hash(`${subject.method}:${subject.uri}${covered}`);
  const response =
    qop === 'none'
      ? hash(`${ha1}:${nonce}:${ha2}`)
      : hash(`${ha1}:${nonce}:${nc}:${use.cnonce}:${qop}:${ha2}`);
  const parameters = new Map([
    ['username', credentials.user],
    ['realm', realm],
    ['nonce', nonce],
    ['uri', subject.uri],
    ['response', response],
  ]);
  if (challenge.algorithm !== undefined) parameters.set('algorithm', challenge.algorithm);
  if (qop !== 'none' || session) parameters.set('cnonce', use.cnonce);
  if (qop !== 'none') parameters.set('qop', qop).set('nc', nc);
  if (challenge.opaque !== undefined) parameters.set('opaque', challenge.opaque);
  return parameters;
}

/** A fresh client nonce. */
export function newCnonce(random: RandomBytes): string {
  return randomHex(random, 8);
}

function chooseProtection(offered: string | undefined): DigestChallenge['qop'] | undefined {
  if (offered === undefined) return 'none';
  const words = offered.split(',').map((word) => word.trim().toLowerCase());
  return (['auth', 'auth-int'] as const).find((qop) => words.includes(qop));
}

/** The hash of an algorithm, whether it is one for whole sessions or not. */
function hashKey(algorithm = 'MD5'): string {
  return algorithm.toUpperCase().replace(/-SESS$/, '');
}

/** Whether the password is mixed with both nonces (RFC 7616 section 3.4.2). */
function isSession(algorithm = 'MD5'): boolean {
  return /-sess$/i.test(algorithm);
}

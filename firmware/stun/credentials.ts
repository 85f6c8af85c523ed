import {createHash} from 'node:crypto';
import {
  bestAlgorithm,
  type PasswordAlgorithm,
  passwordAlgorithmValue,
  promisesPasswordAlgorithms,
  readPasswordAlgorithms,
} from './attributes/password-algorithms.ts';
import {readText, textValue} from './attributes/text.ts';
import {IntegrityKey} from './integrity-key.ts';
import type {StunMessage} from './message.ts';
import {attributeType} from './types.ts';
import type {Attribute} from './write.ts';

/** A user at a STUN server; `short-term` where both sides agreed on it for one session (RFC 8489 section 9). */
export interface Credentials {
  readonly kind: 'short-term' | 'long-term';
  readonly user: string;
  readonly password: string;
}

/** What a request carries to show who sends it, and what its response is checked with. */
export interface Proof {
  readonly attributes: readonly Attribute[];
  readonly sha1: IntegrityKey | undefined;
  readonly sha256: IntegrityKey | undefined;
}

/** The proof of the short-term mechanism (section 9.1.2): both integrities, as the server's ability is not known. */
export function shortTermProof({user, password}: Credentials): Proof {
  const key = new IntegrityKey(Buffer.from(opaque(password)));
  return {
    attributes: [[attributeType.username, textValue(attributeType.username, opaque(user))]],
    sha1: key,
    sha256: key,
  };
}

/**
 * The proof of the long-term mechanism as a 401 or 438 asks for it (section 9.2.5); undefined where that cannot be
 * answered: realm or nonce missing, no known algorithm, or a list of algorithms taken out on the way.
 */
export function longTermProof({user, password}: Credentials, challenge: StunMessage): Proof | undefined {
  const realm = readText(challenge, attributeType.realm);
  const nonce = readText(challenge, attributeType.nonce);
  if (realm === undefined || nonce === undefined) return undefined;
  const algorithms = readPasswordAlgorithms(challenge);
  if (!algorithms && promisesPasswordAlgorithms(nonce)) return undefined;
  const algorithm = algorithms ? bestAlgorithm(algorithms) : 'MD5';
  if (!algorithm) return undefined;

  const key = new IntegrityKey(longTermKey(algorithm, user, realm, password));
  const attributes: Attribute[] = [
    [attributeType.username, textValue(attributeType.username, opaque(user))],
    [attributeType.realm, textValue(attributeType.realm, realm)],
    [attributeType.nonce, textValue(attributeType.nonce, nonce)],
  ];
  if (!algorithms) return {attributes, sha1: key, sha256: undefined};
  attributes.push(
    [attributeType.passwordAlgorithms, Uint8Array.from(algorithms)],
    [attributeType.passwordAlgorithm, passwordAlgorithmValue(algorithm)],
  );
  return {attributes, sha1: undefined, sha256: key};
}

/** The key of the long-term mechanism (sections 18.5.1.1 and 18.5.1.2). */
export function longTermKey(
  algorithm: PasswordAlgorithm,
  user: string,
  realm: string,
  password: string,
): Uint8Array {
  const hash = createHash(algorithm === 'MD5' ? 'md5' : 'sha256');
  return hash.update(`${opaque(user)}:${opaque(realm)}:${opaque(password)}`).digest();
}

/** Text as both sides spell it: the OpaqueString profile of RFC 8265. */
function opaque(text: string): string {
  return text.replace(/\p{Zs}/gu, ' ').normalize('NFC');
}

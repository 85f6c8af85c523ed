import type {RandomBytes} from '../base/random.ts';
import {masterLength, type StreamSecurity, type SuiteName} from '../rtp/srtp/crypto-suite.ts';
import {type CryptoAttribute, formatCrypto, parseCrypto} from './crypto-attribute.ts';
import type {Attribute, MediaDescription} from './session-description.ts';

/** Suites that are offered, the preferred one first. Any that is known is taken from an offer. */
const offeredSuites: readonly SuiteName[] = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'];

/**
 * The keys of this side in one session: one for each suite, made when it is first asked for, and the same in all later
 * descriptions, so that a re-INVITE does not start the encryption anew.
 */
export class LocalKeys {
  readonly #random: RandomBytes;
  readonly #keys = new Map<SuiteName, Uint8Array>();

  constructor(random: RandomBytes) {
    this.#random = random;
  }

  /** Master key and master salt. */
  of(suite: SuiteName): Uint8Array {
    const key = this.#keys.get(suite) ?? Uint8Array.from(this.#random(masterLength(suite)));
    this.#keys.set(suite, key);
    return key;
  }
}

/** That this side wants its sound encrypted (SDES, RFC 4568). */
export interface LocalSecurity {
  /** Rather no call than one that is not encrypted. */
  readonly required: boolean;
  readonly keys: LocalKeys;
}

/** The key of this side for an answer, and what both sides' keys make. */
export interface ChosenCrypto {
  readonly attribute: Attribute;
  readonly security: StreamSecurity;
}

/** a=crypto lines of an offer. */
export function offerCrypto(keys: LocalKeys): Attribute[] {
  return offeredSuites.map((suite, index) => attributeOf({tag: index + 1, suite, key: keys.of(suite)}));
}

/** Takes the first key of an offered line that can be used (RFC 4568 section 5.1.2); undefined where there is none. */
export function chooseCrypto(line: MediaDescription, keys: LocalKeys): ChosenCrypto | undefined {
  const [chosen] = cryptoOf(line);
  if (chosen === undefined) return undefined;
  const {tag, suite, key: remoteKey} = chosen;
  const localKey = keys.of(suite);
  return {attribute: attributeOf({tag, suite, key: localKey}), security: {suite, localKey, remoteKey}};
}

/** What an answer settles: its key must be for one of the offered lines, by tag and suite (section 5.1.3). */
export function acceptCrypto(
  offered: MediaDescription,
  answered: MediaDescription,
): StreamSecurity | undefined {
  const local = cryptoOf(offered);
  for (const {tag, suite, key: remoteKey} of cryptoOf(answered)) {
    const localKey = local.find((one) => one.tag === tag && one.suite === suite)?.key;
    if (localKey !== undefined) return {suite, localKey, remoteKey};
  }
  return undefined;
}

function cryptoOf({attributes}: MediaDescription): CryptoAttribute[] {
  return attributes.flatMap(({name, value}) => {
    const crypto = name.toLowerCase() === 'crypto' ? parseCrypto(value ?? '') : undefined;
    return crypto === undefined ? [] : [crypto];
  });
}

function attributeOf(crypto: CryptoAttribute): Attribute {
  return {name: 'crypto', value: formatCrypto(crypto)};
}

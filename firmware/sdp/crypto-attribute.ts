import {cryptoSuites, masterLength, type SuiteName} from '../rtp/srtp/crypto-suite.ts';

/** A key as an a=crypto line offers or answers it (RFC 4568 section 4). Secret. */
export interface CryptoAttribute {
  /** Names the line within its description: an answer repeats it. */
  readonly tag: number;
  readonly suite: SuiteName;
  /** Master key and master salt. */
  readonly key: Uint8Array;
}

/** Most packets that one key may serve (RFC 3711 section 9.2). */
const longestLifetime = 2 ** 48;
const base64 = /^[A-Za-z0-9+/]{40,86}={0,2}$/;

/**
 * Reads the value of an a=crypto line. Undefined where it cannot be used here, so that the next one is looked at: an
 * unknown suite, a key of the wrong length, several keys or a master key identifier (MKI), and any session parameter
 * that changes how packets look (section 6.3). A window size hint, and what its sender marks as optional, are passed over.
 */
export function parseCrypto(value: string): CryptoAttribute | undefined {
  const [tag = '', name = '', keys = '', ...parameters] = value.trim().split(/[ \t]+/);
  const suite = suiteOf(name);
  if (!/^\d{1,9}$/.test(tag) || suite === undefined) return undefined;
  if (!parameters.every((parameter) => /^(WSH=\d{1,9}$|-)/.test(parameter))) return undefined;
  const key = readKey(keys, suite);
  return key && {tag: Number(tag), suite, key};
}

/** The value of an a=crypto line: one key, no lifetime (which stands for the longest), no parameters. */
export function formatCrypto({tag, suite, key}: CryptoAttribute): string {
  return `${tag} ${suite} inline:${Buffer.from(key).toString('base64')}`;
}

function suiteOf(name: string): SuiteName | undefined {
  return Object.hasOwn(cryptoSuites, name) ? (name as SuiteName) : undefined;
}

/** `inline:<base64>["|"lifetime]["|"MKI:length]`, of which the last is refused; further keys would need it. */
function readKey(text: string, suite: SuiteName): Uint8Array | undefined {
  const [key = '', ...rest] = text.replace(/^inline:/i, '').split('|');
  if (!/^inline:/i.test(text) || !base64.test(key)) return undefined;
  if (rest.length > 1 || (rest[0] !== undefined && !isLifetime(rest[0]))) return undefined;
  const bytes = Uint8Array.from(Buffer.from(key, 'base64'));
  return bytes.length === masterLength(suite) ? bytes : undefined;
}

/** A number of packets, or `2^` and a number. No call of ours lives to see the end of one. */
function isLifetime(text: string): boolean {
  const [, power, digits] = /^(?:2\^(\d{1,2})|(\d{1,15}))$/.exec(text) ?? [];
  const packets = power === undefined ? Number(digits ?? 0) : 2 ** Number(power);
  return packets > 0 && packets <= longestLifetime;
}

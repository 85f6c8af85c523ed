import {createCipheriv} from 'node:crypto';
import {saltLength} from './crypto-suite.ts';

/** Session keys of one direction of RTP or of RTCP. */
export interface SessionKeys {
  readonly encryption: Uint8Array;
  /** For HMAC-SHA1. */
  readonly authentication: Uint8Array;
  readonly salt: Uint8Array;
}

const authenticationLength = 20;
/** First of the three labels of each kind (RFC 3711 section 4.3.2): encryption, authentication, salt. */
const firstLabels = {rtp: 0, rtcp: 3} as const;

/**
 * Derives session keys from a master key with its salt (RFC 3711 section 4.3, at a key derivation rate of 0), for RTP
 * or for RTCP. With a master key of 32 bytes AES-256 derives them (RFC 6188 section 2).
 */
export function deriveKeys(master: Uint8Array, kind: 'rtp' | 'rtcp'): SessionKeys {
  const key = master.subarray(0, master.length - saltLength);
  const salt = master.subarray(key.length);
  const label = firstLabels[kind];
  return {
    encryption: derive(key, salt, label, key.length),
    authentication: derive(key, salt, label + 1, authenticationLength),
    salt: derive(key, salt, label + 2, saltLength),
  };
}

/** The pseudo-random function: AES in counter mode, started from the salt with the label in its eighth byte. */
function derive(key: Uint8Array, salt: Uint8Array, label: number, length: number): Uint8Array {
  const start = new Uint8Array(16);
  start.set(salt);
  start[7]! ^= label;
  const cipher = createCipheriv(key.length === 32 ? 'aes-256-ctr' : 'aes-128-ctr', key, start);
  return Uint8Array.from(cipher.update(new Uint8Array(length)));
}

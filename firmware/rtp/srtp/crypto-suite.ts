/** What a crypto suite consists of; lengths in bytes. */
interface CryptoSuite {
  /** Master key of AES in counter mode. */
  readonly keyLength: 16 | 32;
  /** HMAC-SHA1 tag of an RTP packet; that of an RTCP packet has always 10 bytes (RFC 4568 section 6.2.2). */
  readonly tagLength: 4 | 10;
}

/** Crypto suites by their names in SDP (RFC 4568 section 6.2, RFC 6188 section 3.2). */
export const cryptoSuites = {
  AES_CM_128_HMAC_SHA1_80: {keyLength: 16, tagLength: 10},
  AES_CM_128_HMAC_SHA1_32: {keyLength: 16, tagLength: 4},
  AES_256_CM_HMAC_SHA1_80: {keyLength: 32, tagLength: 10},
  AES_256_CM_HMAC_SHA1_32: {keyLength: 32, tagLength: 4},
} as const satisfies Record<string, CryptoSuite>;

export type SuiteName = keyof typeof cryptoSuites;

/** Master salt, which follows the master key. */
export const saltLength = 14;

/** The keys of one stream, as they were agreed on (RFC 4568). Secret: never to be logged or shown. */
export interface StreamSecurity {
  readonly suite: SuiteName;
  /** Master key and master salt of what is sent from here. */
  readonly localKey: Uint8Array;
  /** Master key and master salt of what comes. */
  readonly remoteKey: Uint8Array;
}

/** Bytes of master key and master salt together. */
export function masterLength(suite: SuiteName): number {
  return cryptoSuites[suite].keyLength + saltLength;
}

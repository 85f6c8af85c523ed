/** Methods, classes and attribute types of STUN, with the names and numbers of the RFCs. */

/** Message class, as its two bits stand in the type field (RFC 8489 section 5). */
export const messageClass = {
  request: 0x000,
  indication: 0x010,
  success: 0x100,
  error: 0x110,
} as const;

export type MessageClass = (typeof messageClass)[keyof typeof messageClass];

/** The only method used here. */
export const bindingMethod = 0x001;

/** Attribute types (RFC 8489 section 18.3, RFC 5780 section 9.1). Those below 0x8000 must be understood. */
export const attributeType = {
  mappedAddress: 0x0001,
  changeRequest: 0x0003,
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  realm: 0x0014,
  nonce: 0x0015,
  messageIntegritySha256: 0x001c,
  passwordAlgorithm: 0x001d,
  xorMappedAddress: 0x0020,
  passwordAlgorithms: 0x8002,
  software: 0x8022,
  alternateServer: 0x8023,
  fingerprint: 0x8028,
  responseOrigin: 0x802b,
  otherAddress: 0x802c,
} as const;

const known: ReadonlySet<number> = new Set(Object.values(attributeType));

/** Whether a message with such an attribute can be used: it is known here, or may be passed over. */
export function isUnderstood(type: number): boolean {
  return type >= 0x8000 || known.has(type);
}

/**
 * Header text inside this layer is kept as an "octet string": one character (0 to 255) a byte as it
 * stood on the wire. So a header passes through byte for byte, whatever its encoding, and offsets
 * into the datagram are offsets into the string. Text for readers is decoded from it as UTF-8.
 */

/** Whether every character is below 128, so that text and octets are the same. */
export function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 127) return false;
  }
  return true;
}

/** The octet string of `text` in UTF-8. */
export function octetsOf(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** The text of an octet string in UTF-8; what is no valid UTF-8 becomes U+FFFD. */
export function textOf(octets: string): string {
  return isAscii(octets) ? octets : Buffer.from(octets, 'latin1').toString('utf8');
}

/** Folded lines joined: a line break with the white space about it becomes one space (RFC 3261 section 7.3.1). */
export function unfold(octets: string): string {
  if (!octets.includes('\n')) return octets;
  return octets
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
    .trim();
}

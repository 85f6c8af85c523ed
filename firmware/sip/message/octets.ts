/**
 * Header text inside this layer is kept as an "octet string": one character (0 to 255) a byte as it
 * stood on the wire. So a header passes through byte for byte, whatever its encoding, and offsets
 * into the datagram are offsets into the string. Text for readers is decoded from it as UTF-8.
 */

/** What `toString('latin1')` and `write` call after checks that cost as much again. */
interface OctetBuffer {
  latin1Slice(start: number, end: number): string;
  latin1Write(octets: string, start: number): number;
}

/** The first `length` bytes as an octet string. */
export function octetsFrom(bytes: Buffer, length: number): string {
  return (bytes as Buffer & OctetBuffer).latin1Slice(0, length);
}

/** Puts an octet string at the beginning of `bytes`. */
export function putOctets(bytes: Buffer, octets: string): void {
  (bytes as Buffer & OctetBuffer).latin1Write(octets, 0);
}

/** Whether every character is below 128, so that text and octets are the same. */
export function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 127) return false;
  }
  return true;
}

/**
 * The octet string of `text` in UTF-8. Throws where it has a line break: nothing of what goes into a message head
 * may, or a value that came from elsewhere would write headers.
 */
export function octetsOf(text: string): string {
  let ascii = true;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x0a || code === 0x0d) throw new Error(`line break in ${JSON.stringify(text)}`);
    if (code > 127) ascii = false;
  }
  return ascii ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** The text of an octet string in UTF-8; what is no valid UTF-8 becomes U+FFFD. */
export function textOf(octets: string): string {
  return isAscii(octets) ? octets : Buffer.from(octets, 'latin1').toString('utf8');
}

/**
 * Folded lines joined: a line break with the white space about it becomes one space (RFC 3261 section 7.3.1).
 * So does a CR that breaks no line.
 */
export function unfold(octets: string): string {
  if (!octets.includes('\n') && !octets.includes('\r')) return octets;
  return octets
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
}

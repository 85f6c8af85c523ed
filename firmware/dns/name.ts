/** Octets of a whole name, with its length octets (RFC 1035 section 2.3.4). */
const nameLimit = 255;
const labelLimit = 63;
/** The two bits that make a length octet a pointer (section 4.1.4). */
const pointerBits = 0xc0;
const full = '.'.charCodeAt(0);
const backslash = '\\'.charCodeAt(0);

/** A name and the offset of what follows it. */
export interface ReadName {
  /** Labels joined by dots, without a final one; empty for the root. Odd octets are written `\DDD`. */
  readonly name: string;
  readonly next: number;
}

/**
 * Reads the domain name at `offset` of a message, compressed or not (RFC 1035 sections 3.1 and 4.1.4). Each pointer
 * must lead further back than the one before it, so that no message can make this run in circles. Undefined where it
 * is malformed or too long.
 */
export function readName(message: Uint8Array, offset: number): ReadName | undefined {
  const labels: string[] = [];
  let octets = 1;
  let position = offset;
  let earliest = offset;
  let next: number | undefined;
  for (;;) {
    const length = message[position];
    if (length === undefined) return undefined;
    if ((length & pointerBits) === pointerBits) {
      const low = message[position + 1];
      if (low === undefined) return undefined;
      next ??= position + 2;
      position = ((length & ~pointerBits) << 8) | low;
      if (position >= earliest) return undefined;
      earliest = position;
    } else if (length > labelLimit) {
      return undefined;
    } else if (length === 0) {
      return {name: labels.join('.'), next: next ?? position + 1};
    } else {
      const end = position + 1 + length;
      octets += length + 1;
      if (octets > nameLimit || end > message.length) return undefined;
      labels.push(labelText(message.subarray(position + 1, end)));
      position = end;
    }
  }
}

/** The octets of a host or service name; undefined where it is none: empty or long labels, or characters beyond ASCII. */
export function writeName(name: string): Uint8Array | undefined {
  const labels = name.replace(/\.$/, '').split('.');
  const octets: number[] = [];
  for (const label of labels) {
    if (label.length === 0 || label.length > labelLimit || !/^[!-[\]-~]+$/.test(label)) return undefined;
    octets.push(label.length, ...Buffer.from(label, 'latin1'));
  }
  octets.push(0);
  return octets.length > nameLimit ? undefined : Uint8Array.from(octets);
}

/** Whether two names are the same: letters count without their case (RFC 1035 section 2.3.3). */
export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function labelText(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) {
    const plain = octet > 0x20 && octet < 0x7f && octet !== full && octet !== backslash;
    text += plain ? String.fromCharCode(octet) : `\\${String(octet).padStart(3, '0')}`;
  }
  return text;
}

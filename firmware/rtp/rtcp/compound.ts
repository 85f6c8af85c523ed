/**
 * RTCP packets and how they lie in one datagram (RFC 3550 section 6.1):
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |V=2|P|  count  |  packet type  |  length in 32-bit words less 1 |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

/** Packet types (RFC 3550 section 12.1, RFC 3611 section 2). */
export const packetType = {
  senderReport: 200,
  receiverReport: 201,
  sourceDescription: 202,
  goodbye: 203,
  extendedReport: 207,
} as const;

/** Packets that one datagram may hold; ordinary ones hold two to four. */
const maxPackets = 32;

/** One packet of a compound. */
export interface RtcpPacket {
  /** See `packetType`; others exist. */
  readonly type: number;
  /** The five bits of the first byte: blocks or sources that follow. */
  readonly count: number;
  /** What follows the first four bytes, without padding. */
  readonly body: DataView;
}

/** Why a datagram is no compound packet: the rule of RFC 3550 appendix A.2 that it breaks. */
export type CompoundProblem = 'length' | 'version' | 'first-packet' | 'padding' | 'too-many';

/**
 * Takes a datagram apart after the checks of RFC 3550 appendix A.2: the first packet is a report without
 * padding, only the last may be padded, and the lengths add up to the datagram's.
 */
export function splitCompound(bytes: Uint8Array): RtcpPacket[] | CompoundProblem {
  const packets: RtcpPacket[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 0) return 'length';
  for (let start = 0; start < bytes.length; ) {
    if (start + 4 > bytes.length) return 'length';
    const flags = view.getUint8(start);
    const type = view.getUint8(start + 1);
    const end = start + 4 + 4 * view.getUint16(start + 2);
    if (flags >> 6 !== 2) return 'version';
    if (start === 0 && type !== packetType.senderReport && type !== packetType.receiverReport) {
      return 'first-packet';
    }
    if (end > bytes.length) return 'length';
    let contentEnd = end;
    if (flags & 0x20) {
      const padding = view.getUint8(end - 1);
      if (start === 0 || end !== bytes.length) return 'padding';
      if (padding === 0 || padding % 4 !== 0 || padding > end - start - 4) return 'padding';
      contentEnd -= padding;
    }
    if (packets.length === maxPackets) return 'too-many';
    const body = new DataView(bytes.buffer, bytes.byteOffset + start + 4, contentEnd - start - 4);
    packets.push({type, count: flags & 0x1f, body});
    start = end;
  }
  return packets;
}

/** Whether a datagram that came to an RTP port with rtcp-mux is RTCP: packet types 192 to 223 (RFC 5761 section 4). */
export function isRtcp(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[1]! >= 192 && bytes[1]! <= 223;
}

/** Writes packets one after the other into a buffer of its own, which is used again for each compound. */
export class CompoundWriter {
  readonly #bytes = new Uint8Array(512);
  readonly #view = new DataView(this.#bytes.buffer);
  #end = 0;

  /** Forgets what was written. */
  clear(): void {
    this.#end = 0;
  }

  /** Everything so far; valid until `clear`. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  /**
   * Adds a packet. `write` fills its body and returns how many bytes that are; they are filled up with zeros to
   * whole words. @throws RangeError when the compound grows beyond 512 bytes.
   */
  add(type: number, count: number, write: (body: DataView) => number): void {
    const start = this.#end;
    const length = write(new DataView(this.#bytes.buffer, start + 4));
    const padded = (length + 3) & ~3;
    this.#bytes.fill(0, start + 4 + length, start + 4 + padded);
    this.#view.setUint8(start, 0x80 | count);
    this.#view.setUint8(start + 1, type);
    this.#view.setUint16(start + 2, padded / 4);
    this.#end = start + 4 + padded;
  }
}

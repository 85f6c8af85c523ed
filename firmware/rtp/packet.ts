/**
 * The RTP packet (RFC 3550 section 5.1), read and written in place: nothing is allocated per packet.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                           timestamp                           |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |           synchronization source (SSRC) identifier            |
 *   +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 *   |        contributing source (CSRC) identifiers, CC of them     |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |  X: defined by profile        |  X: length in 32-bit words    |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |  X: header extension                                          |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |  payload ...          P: padding, its last byte is its length |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

/** Bytes of the fixed header: what every packet that we send starts with. */
export const headerLength = 12;

/** One packet's header, filled again and again by `readPacket`. */
export class RtpHeader {
  marker = false;
  /** 0 to 127. */
  payloadType = 0;
  /** 16 bits, wrapping. */
  sequenceNumber = 0;
  /** In samples, 32 bits, wrapping. */
  timestamp = 0;
  /** 32 bits. */
  ssrc = 0;
  /** Where the payload begins in the datagram. */
  payloadStart = 0;
  /** Bytes of payload without padding; may be 0. */
  payloadLength = 0;
}

/** Why a datagram is no RTP packet: the part of the header that does not fit. */
export type PacketProblem = 'length' | 'version' | 'rtcp' | 'csrc' | 'extension' | 'padding';

/**
 * Reads the header of the packet in `bytes` into `header` and finds its payload.
 * Returns undefined when all is well, else the part that is wrong; `header` is then not to be used.
 * An RTCP packet that shares the port (RFC 5761 section 4: payload types 64 to 95) is a problem too.
 */
export function readPacket(bytes: Uint8Array, header: RtpHeader): PacketProblem | undefined {
  const start = findPayload(bytes);
  if (typeof start !== 'number') return start;
  const payloadType = bytes[1]! & 0x7f;
  if (payloadType >= 64 && payloadType <= 95) return 'rtcp';
  let end = bytes.length;
  if (bytes[0]! & 0x20) {
    const padding = bytes[end - 1]!;
    if (padding === 0 || padding > end - start) return 'padding';
    end -= padding;
  }

  header.marker = bytes[1]! > 0x7f;
  header.payloadType = payloadType;
  header.sequenceNumber = readUint16(bytes, 2);
  header.timestamp = readUint32(bytes, 4);
  header.ssrc = readUint32(bytes, 8);
  header.payloadStart = start;
  header.payloadLength = end - start;
  return undefined;
}

/** Where the payload of a packet begins: after header, sources and extension; else the part that is wrong. */
export function findPayload(bytes: Uint8Array): number | PacketProblem {
  const length = bytes.length;
  if (length < headerLength) return 'length';
  const flags = bytes[0]!;
  if (flags >> 6 !== 2) return 'version';
  let start = headerLength + 4 * (flags & 0x0f);
  if (start > length) return 'csrc';
  if (flags & 0x10) {
    if (start + 4 > length) return 'extension';
    start += 4 + 4 * readUint16(bytes, start + 2);
    if (start > length) return 'extension';
  }
  return start;
}

/**
 * Writes the fixed header into the first 12 bytes of `bytes`: no CSRC, no extension, no padding.
 * The payload follows at `headerLength`.
 */
export function writeHeader(
  bytes: Uint8Array,
  marker: boolean,
  payloadType: number,
  sequenceNumber: number,
  timestamp: number,
  ssrc: number,
): void {
  bytes[0] = 0x80;
  bytes[1] = (marker ? 0x80 : 0) | payloadType;
  bytes[2] = sequenceNumber >> 8;
  bytes[3] = sequenceNumber;
  writeUint32(bytes, 4, timestamp);
  writeUint32(bytes, 8, ssrc);
}

function readUint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

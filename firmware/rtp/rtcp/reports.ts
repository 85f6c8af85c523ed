/**
 * Sender and receiver reports (RFC 3550 sections 6.4.1 and 6.4.2). A report begins with the SSRC of its sender;
 * a sender report goes on with 20 bytes about what was sent; up to 31 blocks about what was received follow.
 */

/** What a sender report says of its sender. */
export interface SenderInfo {
  /** Whole seconds since 1900, 32 bits, and their fraction in 1/2^32 s. */
  readonly ntpSeconds: number;
  readonly ntpFraction: number;
  /** The same instant on the clock of the sender's RTP timestamps. */
  readonly rtpTimestamp: number;
  readonly packets: number;
  /** Bytes of payload. */
  readonly octets: number;
}

/**
 * What a receiver says of one source.
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                        SSRC of the source                     |
 *   | fraction lost |        cumulative number of packets lost      |
 *   |           extended highest sequence number received           |
 *   |                      interarrival jitter                      |
 *   |                         last SR (LSR)                         |
 *   |                   delay since last SR (DLSR)                  |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
export interface ReportBlock {
  readonly ssrc: number;
  /** Lost since the report before, in 1/256. */
  readonly fractionLost: number;
  /** Lost so far, 24 bits with sign: duplicates may make it negative. */
  readonly cumulativeLost: number;
  readonly highestSequence: number;
  /** In units of the RTP timestamp. */
  readonly jitter: number;
  /** Middle 32 bits of the NTP time of the last sender report that came; 0: none came. */
  readonly lastReport: number;
  /** Time since then, in 1/65536 s. */
  readonly delaySinceLastReport: number;
}

const senderInfoLength = 20;
const blockLength = 24;

/** What a sender report says of its sender; undefined when it is too short. */
export function readSenderInfo(body: DataView): SenderInfo | undefined {
  if (body.byteLength < 4 + senderInfoLength) return undefined;
  return {
    ntpSeconds: body.getUint32(4),
    ntpFraction: body.getUint32(8),
    rtpTimestamp: body.getUint32(12),
    packets: body.getUint32(16),
    octets: body.getUint32(20),
  };
}

/** The SSRC that a packet begins with; undefined when it is too short. */
export function readSsrc(body: DataView): number | undefined {
  return body.byteLength < 4 ? undefined : body.getUint32(0);
}

/** The block about `ssrc` among the `count` blocks of a report. */
export function findReportBlock(
  body: DataView,
  isSenderReport: boolean,
  count: number,
  ssrc: number,
): ReportBlock | undefined {
  let at = isSenderReport ? 4 + senderInfoLength : 4;
  for (let index = 0; index < count; index++, at += blockLength) {
    if (at + blockLength > body.byteLength) return undefined;
    if (body.getUint32(at) !== ssrc) continue;
    return {
      ssrc,
      fractionLost: body.getUint8(at + 4),
      cumulativeLost: (body.getInt32(at + 4) << 8) >> 8,
      highestSequence: body.getUint32(at + 8),
      jitter: body.getUint32(at + 12),
      lastReport: body.getUint32(at + 16),
      delaySinceLastReport: body.getUint32(at + 20),
    };
  }
  return undefined;
}

/** Writes the body of a sender report, or of a receiver report where `info` is undefined; returns its length. */
export function writeReport(
  body: DataView,
  ssrc: number,
  info: SenderInfo | undefined,
  blocks: readonly ReportBlock[],
): number {
  body.setUint32(0, ssrc);
  let at = 4;
  if (info !== undefined) {
    body.setUint32(4, info.ntpSeconds);
    body.setUint32(8, info.ntpFraction);
    body.setUint32(12, info.rtpTimestamp);
    body.setUint32(16, info.packets);
    body.setUint32(20, info.octets);
    at += senderInfoLength;
  }
  for (const block of blocks) {
    body.setUint32(at, block.ssrc);
    body.setInt32(at + 4, Math.max(-0x800000, Math.min(0x7fffff, block.cumulativeLost)));
    body.setUint8(at + 4, block.fractionLost);
    body.setUint32(at + 8, block.highestSequence);
    body.setUint32(at + 12, block.jitter);
    body.setUint32(at + 16, block.lastReport);
    body.setUint32(at + 20, block.delaySinceLastReport);
    at += blockLength;
  }
  return at;
}

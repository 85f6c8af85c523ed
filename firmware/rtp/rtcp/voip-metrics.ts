/**
 * The VoIP metrics block of extended reports (RFC 3611 section 4.7):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |     BT=7      |   reserved    |       block length = 8        |
 *   |                        SSRC of source                         |
 *   |   loss rate   | discard rate  | burst density |  gap density  |
 *   |       burst duration          |         gap duration          |
 *   |     round trip delay          |       end system delay        |
 *   | signal level  |  noise level  |     RERL      |     Gmin      |
 *   |   R factor    | ext. R factor |    MOS-LQ     |    MOS-CQ     |
 *   |   RX config   |   reserved    |          JB nominal           |
 *   |          JB maximum           |          JB abs max           |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
const blockType = 7;
const blockWords = 8;
const blockLength = 4 + 4 * blockWords;
/** "Unavailable" for levels, ratings and scores. */
const unavailable = 127;
/** RX config: standard concealment, adaptive jitter buffer, its rate of adaptation 0. */
const receiverConfiguration = 0b1111_0000;

/** Figures of one stream as its receiver has measured them. Times in ms. */
export interface VoipMetrics {
  readonly ssrc: number;
  /** Packets that never came, and that came too late, of those expected; in 1/256. */
  readonly lossRate: number;
  readonly discardRate: number;
  /** Share of packets missing within bursts and within gaps, in 1/256, and how long these are on average. */
  readonly burstDensity: number;
  readonly gapDensity: number;
  readonly burstDuration: number;
  readonly gapDuration: number;
  /** 0 where unknown. */
  readonly roundTripDelay: number;
  readonly endSystemDelay: number;
  /** Packets in a row that must come for a loss to lie in a gap. */
  readonly gapMinimum: number;
  /** 0 to 100; undefined where unknown. */
  readonly rating: number | undefined;
  /** 1 to 5: quality of listening, and of conversation, in which delay counts; undefined where unknown. */
  readonly listeningScore: number | undefined;
  readonly conversationScore: number | undefined;
  readonly bufferNominal: number;
  readonly bufferMaximum: number;
  readonly bufferAbsoluteMaximum: number;
}

/** Writes the body of an XR packet of `reporter` with one VoIP metrics block; returns its length. */
export function writeVoipMetrics(body: DataView, reporter: number, metrics: VoipMetrics): number {
  body.setUint32(0, reporter);
  body.setUint8(4, blockType);
  body.setUint8(5, 0);
  body.setUint16(6, blockWords);
  body.setUint32(8, metrics.ssrc);
  body.setUint8(12, fraction(metrics.lossRate));
  body.setUint8(13, fraction(metrics.discardRate));
  body.setUint8(14, fraction(metrics.burstDensity));
  body.setUint8(15, fraction(metrics.gapDensity));
  body.setUint16(16, milliseconds(metrics.burstDuration));
  body.setUint16(18, milliseconds(metrics.gapDuration));
  body.setUint16(20, milliseconds(metrics.roundTripDelay));
  body.setUint16(22, milliseconds(metrics.endSystemDelay));
  // Signal level, noise level and residual echo are not measured.
  body.setUint8(24, unavailable);
  body.setUint8(25, unavailable);
  body.setUint8(26, unavailable);
  body.setUint8(27, metrics.gapMinimum);
  body.setUint8(28, metrics.rating === undefined ? unavailable : Math.round(metrics.rating));
  body.setUint8(29, unavailable);
  body.setUint8(30, tenths(metrics.listeningScore));
  body.setUint8(31, tenths(metrics.conversationScore));
  body.setUint8(32, receiverConfiguration);
  body.setUint8(33, 0);
  body.setUint16(34, milliseconds(metrics.bufferNominal));
  body.setUint16(36, milliseconds(metrics.bufferMaximum));
  body.setUint16(38, milliseconds(metrics.bufferAbsoluteMaximum));
  return 4 + blockLength;
}

/** The VoIP metrics about `ssrc` in an XR packet; undefined where there are none. */
export function findVoipMetrics(body: DataView, ssrc: number): VoipMetrics | undefined {
  for (let at = 4; at + 4 <= body.byteLength; at += 4 + 4 * body.getUint16(at + 2)) {
    if (body.getUint8(at) !== blockType || body.getUint16(at + 2) !== blockWords) continue;
    if (at + blockLength > body.byteLength) return undefined;
    if (body.getUint32(at + 4) !== ssrc) continue;
    const rating = body.getUint8(at + 24);
    return {
      ssrc,
      lossRate: body.getUint8(at + 8),
      discardRate: body.getUint8(at + 9),
      burstDensity: body.getUint8(at + 10),
      gapDensity: body.getUint8(at + 11),
      burstDuration: body.getUint16(at + 12),
      gapDuration: body.getUint16(at + 14),
      roundTripDelay: body.getUint16(at + 16),
      endSystemDelay: body.getUint16(at + 18),
      gapMinimum: body.getUint8(at + 23),
      rating: rating <= 100 ? rating : undefined,
      listeningScore: score(body.getUint8(at + 26)),
      conversationScore: score(body.getUint8(at + 27)),
      bufferNominal: body.getUint16(at + 30),
      bufferMaximum: body.getUint16(at + 32),
      bufferAbsoluteMaximum: body.getUint16(at + 34),
    };
  }
  return undefined;
}

function fraction(value: number): number {
  return Math.max(0, Math.min(255, Math.floor(value)));
}

function milliseconds(value: number): number {
  return Math.max(0, Math.min(0xffff, Math.round(value)));
}

function tenths(value: number | undefined): number {
  return value === undefined ? unavailable : Math.round(Math.max(1, Math.min(5, value)) * 10);
}

function score(value: number): number | undefined {
  return value >= 10 && value <= 50 ? value / 10 : undefined;
}

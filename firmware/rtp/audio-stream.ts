import type {StreamSecurity} from './srtp/crypto-suite.ts';

/** An address and a UDP or TCP port. */
export interface SocketAddress {
  /** IPv4 or IPv6 address without brackets. */
  readonly address: string;
  readonly port: number;
}

/** Which way sound may flow, seen from here (RFC 3264 section 5.1). */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** How the reports on a stream (RTCP) travel. */
export interface RtcpTransport {
  /** Over the port of RTP itself (RFC 5761). */
  readonly multiplexed: boolean;
  /** Numeric address that reports go to; undefined: that of RTP. Without meaning where multiplexed. */
  readonly address: string | undefined;
  /** 0: the other side wants none. */
  readonly port: number;
  /** The other side asks for VoIP metrics (RFC 3611). */
  readonly voipMetrics: boolean;
}

/** The codecs that this side knows; all have RTP clocks of 8000 Hz, G722 too (RFC 3551 section 4.5.2). */
export const codecNames = ['G722', 'PCMU', 'PCMA'] as const;
export type CodecName = (typeof codecNames)[number];

/** A codec and the number that RTP packets name it by, 0 to 127. */
export interface AudioFormat {
  readonly codec: CodecName;
  readonly payloadType: number;
}

/** One audio stream as an offer and its answer settled it. */
export interface AudioStream {
  /** Where RTP goes to, and is expected from. */
  readonly remote: SocketAddress;
  /** Of what is sent. */
  readonly codec: CodecName;
  /** RTP payload type of `codec`, 0 to 127. */
  readonly payloadType: number;
  /** RTP payload type of telephone-event (RFC 4733) at 8000 Hz; undefined where it was not negotiated. */
  readonly telephoneEvent: number | undefined;
  /** RTP payload type of comfort noise (RFC 3389) that the other side may send; undefined: none was negotiated. */
  readonly comfortNoise?: number | undefined;
  /**
   * What else the other side may send: all codecs of the offer that this side knows, for it may change between them, by
   * the numbers of our own offer, where the answer has others (RFC 3264 section 5.1).
   */
  readonly receives?: {
    readonly formats: readonly AudioFormat[];
    readonly telephoneEvent: number | undefined;
  };
  readonly direction: Direction;
  /** Length of the packets to send, in ms. */
  readonly packetTime: number;
  readonly rtcp: RtcpTransport;
  /** Undefined: not encrypted. */
  readonly security: StreamSecurity | undefined;
}

/** Datagrams that came to a session's ports and were not used, by the first thing that was wrong with them. */
export interface DroppedPackets {
  /** Came before offer and answer were settled. */
  early: number;
  /** No RTP: version, length, sources, extension or padding (RFC 3550 section 5.1). */
  malformed: number;
  /** From an address or port that is not the other side's. */
  address: number;
  /** Of another sender (SSRC) while the present one talks. */
  ssrc: number;
  /** Of a payload type that was not agreed on. */
  payloadType: number;
  /** Came before. */
  duplicate: number;
  /** Of a sequence number far from all others. */
  sequence: number;
  /** Not genuine, or came before, where sound is encrypted (RFC 3711). */
  authentication: number;
  /** RTCP that is malformed, not genuine, or from elsewhere. */
  report: number;
}

export const nothingDropped: Readonly<DroppedPackets> = {
  early: 0,
  malformed: 0,
  address: 0,
  ssrc: 0,
  payloadType: 0,
  duplicate: 0,
  sequence: 0,
  authentication: 0,
  report: 0,
};

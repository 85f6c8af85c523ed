/** One captured frame. */
export interface CapturedPacket {
  /** ms since 1970-01-01 UTC, with a fraction; 0 where the capture does not tell. */
  readonly at: number;
  /** What the frame begins with: a LINKTYPE_ number of the pcap format. */
  readonly linkType: number;
  readonly bytes: Uint8Array;
}

/** No link has longer frames (libpcap's own limit): a longer one means that the file is damaged. */
export const PACKET_BYTES = 262_144;

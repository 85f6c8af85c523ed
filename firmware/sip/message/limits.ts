/** What a message may hold at most; whatever goes beyond is refused, not cut. */
export interface ParseLimits {
  /** Bytes of a whole datagram. */
  readonly datagram: number;
  /** Bytes of start line and headers; at most 65,535, for an offset has 16 bits where lines are noted. */
  readonly headerBytes: number;
  /** Header lines. */
  readonly headerLines: number;
  /** Via values, on one line or several. */
  readonly vias: number;
  /** Bytes of one line, with the lines that continue it. */
  readonly line: number;
}

/** The limits in force where none are given. */
export const defaultLimits: ParseLimits = {
  datagram: 65_535,
  headerBytes: 32_768,
  headerLines: 128,
  vias: 64,
  line: 8192,
};

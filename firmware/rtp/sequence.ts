/**
 * Serial-number arithmetic for RTP's wrapping counters (RFC 3550 section 5.1; RFC 1982):
 * a number is "after" another when it is less than half the circle ahead of it.
 */

/** How far the 16-bit sequence number `to` is ahead of `from`: -32768 to 32767. */
export function sequenceDistance(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}

/** How far the 32-bit timestamp `to` is ahead of `from`: -2147483648 to 2147483647, in samples. */
export function timestampDistance(from: number, to: number): number {
  return (to - from) | 0;
}

/** The 16-bit sequence number `steps` after `sequenceNumber`. */
export function nextSequence(sequenceNumber: number, steps = 1): number {
  return (sequenceNumber + steps) & 0xffff;
}

/** The 32-bit timestamp `samples` after `timestamp`; `samples` may be negative. */
export function advanceTimestamp(timestamp: number, samples: number): number {
  return (timestamp + samples) >>> 0;
}

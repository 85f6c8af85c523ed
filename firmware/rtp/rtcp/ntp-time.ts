/** Seconds from 1900, where NTP begins, to 1970 (RFC 3550 section 4). */
const epoch = 2_208_988_800;

/** Whole seconds of a wall-clock time (ms since 1970) since 1900, 32 bits. */
export function ntpSeconds(wallTime: number): number {
  return Math.floor(wallTime / 1000 + epoch) >>> 0;
}

/** The fraction of its second, in 1/2^32 s. */
export function ntpFraction(wallTime: number): number {
  const seconds = wallTime / 1000 + epoch;
  return Math.floor((seconds - Math.floor(seconds)) * 2 ** 32) >>> 0;
}

/** The middle 32 bits of both: 1/65536 s, wrapping after 18 hours. */
export function compactTime(seconds: number, fraction: number): number {
  return ((seconds << 16) | (fraction >>> 16)) >>> 0;
}

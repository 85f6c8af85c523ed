/** Shortest mean time between two reports, in ms (RFC 3550 section 6.2). */
const minimumTime = 5000;
/** Makes up for what timer reconsideration adds to the interval: e - 3/2 (section 6.3.1). */
const compensation = Math.E - 1.5;

/** What the time until the next report depends on. */
export interface Membership {
  /** Participants, this one included. */
  readonly members: number;
  /** Bytes a second that reports of all members may take: 5 % of the session's. */
  readonly bandwidth: number;
  /** Mean size of the reports seen, with IP and UDP headers, in bytes. */
  readonly averageSize: number;
  /** Nothing was sent yet: half the time, so that the other side is soon told of. */
  readonly initial: boolean;
}

/**
 * The time until the next report, in ms (RFC 3550 appendix A.7), spread by `chance`, 0 to 1, over half to one and a
 * half times its mean. With two participants both usually send, so that the share of senders needs no account.
 */
export function reportInterval(membership: Membership, chance: number): number {
  const {members, bandwidth, averageSize, initial} = membership;
  const fair = (members * averageSize * 1000) / bandwidth;
  const mean = Math.max(fair, initial ? minimumTime / 2 : minimumTime);
  return (mean * (chance + 0.5)) / compensation;
}

import {meanOpinionScore, transmissionRating} from '../../firmware/rtp/e-model.ts';
import type {PacketTrace} from './packet-trace.ts';

const delayElsewhere = 60;

/**
 * The score of the fixed delay that would have been best for a trace, had it been known before: what an adaptive buffer can
 * hardly beat where a network stays as it is.
 */
export function bestFixedDelay({packets}: PacketTrace): number {
  const transits: number[] = [];
  for (const {sequence, sent, arrived} of packets) {
    transits[sequence] = Math.min(
      transits[sequence] ?? Number.POSITIVE_INFINITY,
      arrived === undefined ? Number.POSITIVE_INFINITY : arrived - sent,
    );
  }
  const shortest = Math.min(...transits);
  let best = 1;
  for (let delay = shortest + 1; delay < shortest + 450; delay += 2) {
    let missing = 0;
    let losses = 0;
    let before = false;
    for (const transit of transits) {
      const late = transit > delay;
      if (late) missing++;
      if (late && !before) losses++;
      before = late;
    }
    const share = missing / transits.length;
    const burstRatio = losses === 0 ? 1 : Math.max(1, (missing / losses) * (1 - share));
    const rating = transmissionRating(100 * share, delay + delayElsewhere, burstRatio);
    best = Math.max(best, meanOpinionScore(rating));
  }
  return best;
}

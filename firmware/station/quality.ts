import {meanOpinionScore, transmissionRating} from '../rtp/e-model.ts';

/** Time that a packet of 20 ms takes to be filled; ms. */
const PACKET_TIME = 20;

/**
 * Estimates the quality of the received sound by the E-model (ITU-T G.107): 1 (bad) to 4.4. Packets that came late
 * count as lost, and losses in a row weigh more. The network's delay is half the round trip, and counts as none while that is not known; null before
 * anything was received.
 */
export function estimateMos(figures: {
  received: number;
  lost: number;
  late: number;
  delayMs: number;
  roundTripMs?: number | null;
  burstRatio?: number;
}): number | null {
  const {received, lost, late, delayMs, roundTripMs, burstRatio = 1} = figures;
  if (received <= 0) return null;
  const lossPercent = (100 * Math.min(lost + late, received + lost)) / (received + lost);
  const delay = delayMs + PACKET_TIME + (roundTripMs ?? 0) / 2;
  return Math.round(meanOpinionScore(transmissionRating(lossPercent, delay, burstRatio)) * 100) / 100;
}

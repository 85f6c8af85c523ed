/**
 * Rating without loss and delay (ITU-T G.107, default values of all that is not known here).
 */
const BASE_RATING = 93.2;
/** How well G.711 with packet loss concealment stands random loss: Bpl of ITU-T G.113 appendix I. */
const LOSS_ROBUSTNESS = 25.1;
/** Time that a packet of 20 ms takes to be filled; ms. */
const PACKET_TIME = 20;

/**
 * Estimates the listening quality of the received sound by the E-model (ITU-T G.107): 1 (bad) to 4.4. Packets
 * that came late count as lost. The delay of the network is not known and counts as none; null before
 * anything was received.
 */
export function estimateMos(figures: {
  received: number;
  lost: number;
  late: number;
  delayMs: number;
}): number | null {
  const {received, lost, late, delayMs} = figures;
  if (received <= 0) return null;
  const lossPercent = (100 * Math.min(lost + late, received + lost)) / (received + lost);
  const equipment = (95 * lossPercent) / (lossPercent + LOSS_ROBUSTNESS);
  const delay = delayMs + PACKET_TIME;
  const impairment = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const rating = Math.min(100, Math.max(0, BASE_RATING - impairment - equipment));
  const mos = 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6;
  return Math.round(Math.max(1, mos) * 100) / 100;
}

/** Rating without loss and delay (ITU-T G.107, default values of all that is not known here). */
const baseRating = 93.2;
/** How well G.711 with packet loss concealment stands random loss: Bpl of ITU-T G.113 appendix I. */
const lossRobustness = 25.1;

/**
 * Transmission rating R of the E-model (ITU-T G.107), 0 to 100, of G.711 with packets lost at random and a
 * one-way delay from mouth to ear.
 */
export function transmissionRating(lossPercent: number, delayMs: number): number {
  const equipment = (95 * lossPercent) / (lossPercent + lossRobustness);
  const delay = 0.024 * delayMs + (delayMs > 177.3 ? 0.11 * (delayMs - 177.3) : 0);
  return Math.min(100, Math.max(0, baseRating - delay - equipment));
}

/** Mean opinion score of a rating: 1 (bad) to 4.4 (ITU-T G.107 annex B). */
export function meanOpinionScore(rating: number): number {
  return Math.max(1, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6);
}

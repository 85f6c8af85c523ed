/**
 * The E-model of ITU-T G.107: how people who talk over a line would rate it. Only loss and delay are known here, so all
 * else has the recommendation's default values, of which these are used again and again.
 */
const basicRating = 94.77;
/** The basic rating without what comes with speech itself, Is, at the default values. */
const baseRating = 93.2;
/** Talker echo loudness rating, weighted echo path loss, noise, and receive loudness rating, in dB. */
const talkerEcho = 65;
const echoPathLoss = 110;
const noiseFloor = -61.18;
const receiveLoudness = 2;
/** How well G.711 with packet loss concealment stands random loss: Bpl of ITU-T G.113 appendix I. */
const lossRobustness = 25.1;

/** What a one-way delay from mouth to ear takes off the rating: Id of ITU-T G.107 section 7.4. */
export function delayImpairment(delayMs: number): number {
  return talkerEchoImpairment(delayMs) + listenerEchoImpairment(delayMs) + absoluteDelayImpairment(delayMs);
}

/**
 * What loss takes off the rating: Ie-eff of ITU-T G.107 section 7.5 for G.711 with concealment. `burstRatio`: how
 * long losses in a row are on average, as a multiple of what random loss would have; 1 or more.
 */
export function lossImpairment(lossPercent: number, burstRatio = 1): number {
  return (95 * lossPercent) / (lossPercent / burstRatio + lossRobustness);
}

/** Transmission rating R, 0 to 100, of G.711 with loss and a one-way delay from mouth to ear. */
export function transmissionRating(lossPercent: number, delayMs: number, burstRatio = 1): number {
  const rating = baseRating - delayImpairment(delayMs) - lossImpairment(lossPercent, burstRatio);
  return Math.min(100, Math.max(0, rating));
}

/** Mean opinion score of a rating: 1 (bad) to 4.4 (ITU-T G.107 annex B). */
export function meanOpinionScore(rating: number): number {
  return Math.max(1, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6);
}

function talkerEchoImpairment(delayMs: number): number {
  const rating =
    80 +
    2.5 *
      (talkerEcho -
        40 * Math.log10((1 + delayMs / 10) / (1 + delayMs / 150)) +
        6 * Math.exp(-0.3 * delayMs ** 2) -
        14);
  const half = (-1.5 * (noiseFloor - receiveLoudness) - rating) / 2;
  return (half + Math.sqrt(half ** 2 + 100) - 1) * (1 - Math.exp(-delayMs));
}

function listenerEchoImpairment(delayMs: number): number {
  const half = (basicRating - 10.5 * (echoPathLoss + 7) * (2 * delayMs + 1) ** -0.25) / 2;
  return half + Math.sqrt(half ** 2 + 169);
}

function absoluteDelayImpairment(delayMs: number): number {
  if (delayMs <= 100) return 0;
  const octaves = Math.log2(delayMs / 100);
  return 25 * ((1 + octaves ** 6) ** (1 / 6) - 3 * (1 + (octaves / 3) ** 6) ** (1 / 6) + 2);
}

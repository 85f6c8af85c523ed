/**
 * The tables of ITU-T G.722 (09/2012), by the numbers that the recommendation gives them. Scale factors and quantized
 * values have the fixed point formats of its section 6.
 */

/** Decision levels of the 60-level quantizer of the lower band, without sign (table 14/G.722, Q6). */
export const lowDecisions = Int16Array.of(
  ...[0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650],
  ...[714, 786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919],
);
/** Intervals of that quantizer, counted from 1. */
export const lowIntervals = 30;

/** The 6-bit code of an interval from 1 to 30 (ILP, ILN): descending from 61 or 31, but for the two innermost. */
export function lowCode(interval: number, negative: boolean): number {
  if (!negative) return 62 - interval;
  return interval <= 2 ? 64 - interval : 34 - interval;
}

/** What a 6-bit code of the lower band stands for (QM6); the first four are not sent. */
export const lowValues6 = Int16Array.of(
  ...[-136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232],
  ...[-9360, -8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776],
  ...[-2400, -2032, -1688, -1360, -1040, -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280],
  ...[11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576],
  ...[3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136],
);

/** What the four upper bits of such a code stand for, from which both sides adapt (QM4). */
export const lowValues4 = Int16Array.of(
  ...[0, -20456, -12896, -8968, -6288, -4240, -2584, -1200],
  ...[20456, 12896, 8968, 6288, 4240, 2584, 1200, 0],
);
/** By how much those four bits change the logarithmic scale factor (WL by RL42). */
export const lowSteps = Int16Array.of(
  ...[-60, 3042, 1198, 538, 334, 172, 58, -30],
  ...[3042, 1198, 538, 334, 172, 58, -30, -60],
);

/** The decision level of the 4-level quantizer of the higher band, without sign (Q2). */
export const highDecision = 564;
/** What a 2-bit code of the higher band stands for (QM2). */
export const highValues = Int16Array.of(-7408, -1616, 7408, 1616);
/** By how much it changes the logarithmic scale factor (WH by RH2). */
export const highSteps = Int16Array.of(798, -214, 798, -214);

/** Powers of two from 1 to 2 in steps of 1/32, times 2048 (ILB). */
export const powers = Int16Array.from({length: 32}, (_, index) => Math.floor(2048 * 2 ** (index / 32) + 0.5));

/**
 * One half of the coefficients of the quadrature mirror filter (table 11/G.722), for every other sample; the other half is
 * the same in reverse.
 */
export const mirrorCoefficients = Int32Array.of(3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11);

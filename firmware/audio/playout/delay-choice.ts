import {delayImpairment, lossImpairment} from '../../rtp/e-model.ts';
import {longestDelay, type TransitRecord} from './transit-record.ts';

/**
 * What sound waits elsewhere, in ms: in the sender's packet and sound card, in our own card, and under way where
 * nothing is known of that.
 */
const delayElsewhere = 90;
/** Sound is played within so many ms of when it should: a packet that comes that close is too late. */
const margin = 1;
/** What a change must gain on the rating to be worth it: more sound that waits costs nothing to the ear, less does. */
const gainToGrow = 0.1;
const gainToShrink = 0.3;

/** What delay takes off the rating, by ms beyond the fastest packet. */
const impairments = Float64Array.from({length: longestDelay + 1}, (_, delay) =>
  delayImpairment(delay + delayElsewhere),
);

/**
 * By how many steps of `step` ms the delay should change so that listeners lose least: the one for which the E-model
 * (ITU-T G.107) rates highest what the last packets would have sounded like, with up to `longest` ms of delay beyond
 * the fastest packet. `delay` is from when a sample is sent to when it is heard now, and `deadline` the transit time up to which
 * packets come in time for that; both in ms on the clock of the record. To be called after `record.judge()`.
 */
export function chooseSteps(
  record: TransitRecord,
  delay: number,
  deadline: number,
  step: number,
  longest: number,
): number {
  const present = delay - record.fastest;
  const enough = deadline - record.fastest - margin;
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  const most = Math.floor((longest - present) / step);
  for (let steps = -Math.floor(enough / step); steps <= Math.max(0, most); steps++) {
    const change = steps * step;
    const cost = steps > 0 ? gainToGrow : steps < 0 ? gainToShrink : 0;
    const loss = record.lossPercent(enough + change);
    const rating =
      -cost -
      impairments[Math.max(0, Math.min(longestDelay, Math.round(present + change)))]! -
      lossImpairment(loss, record.burstRatio(enough + change));
    if (rating > highest) {
      highest = rating;
      best = steps;
    }
  }
  return best;
}

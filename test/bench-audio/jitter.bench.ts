import type {BenchRow} from '../bench/bench-row.ts';
import {bestFixedDelay} from './best-fixed-delay.ts';
import {chosenTraces, fingerprint} from './chosen-traces.ts';
import neteq from './neteq/measured.json' with {type: 'json'};
import {playTrace, type TraceScore} from './play-trace.ts';

interface RatedTrace extends TraceScore {
  readonly family: string;
  readonly fixed: number;
  /** The score of WebRTC's NetEq on this trace; undefined where it was not measured. */
  readonly neteq: number | undefined;
}

/**
 * How well the receiving side plays packets that come unevenly, over many kinds of networks: the score that the E-model
 * gives, beside that of the best fixed delay for each trace, which only hindsight knows, and beside what WebRTC's own jitter
 * buffer got on the same trace (measured before, see `neteq/main.ts`). `TRACES=FOLDER` rates recorded traces instead.
 */
export async function run(): Promise<BenchRow[]> {
  const rated = chosenTraces().map((trace) => ({
    family: trace.family,
    fixed: bestFixedDelay(trace),
    neteq: (neteq as Record<string, {readonly mos: number}>)[fingerprint(trace)]?.mos,
    ...playTrace(trace),
  }));
  const families = Object.entries(Object.groupBy(rated, ({family}) => family));
  const scores = families.map(([family, members]) => score(`jitter buffer, ${family}`, members ?? [], 0.04));
  return [
    ...scores,
    score('jitter buffer, all networks', rated, 0.01),
    ...families.flatMap(([family, members]) => besideNeteq(family, members ?? [])),
    {
      name: 'jitter buffer, sound stretched',
      figure: mean(rated, 'stretchedMs'),
      unit: 'ms/min',
      anchor: null,
      ratio: null,
      goal: '<= 300',
      met: mean(rated, 'stretchedMs') <= 300,
    },
    {
      name: 'jitter buffer, delay',
      figure: mean(rated, 'delayMs'),
      unit: 'ms',
      anchor: null,
      ratio: null,
      goal: '<= 150',
      met: mean(rated, 'delayMs') <= 150,
    },
  ];
}

function score(name: string, traces: readonly RatedTrace[], allowance: number): BenchRow {
  const figure = mean(traces, 'mos');
  const anchor = mean(traces, 'fixed');
  return {
    name,
    figure,
    unit: 'MOS',
    anchor,
    ratio: figure / anchor,
    goal: `>= best fixed delay - ${allowance}`,
    met: figure >= anchor - allowance,
  };
}

/** The trace of a family on which we are furthest behind NetEq, or least ahead; nothing of recorded ones. */
function besideNeteq(family: string, traces: readonly RatedTrace[]): BenchRow[] {
  const pairs = traces.flatMap(({mos, neteq}) => (neteq === undefined ? [] : [{mos, neteq}]));
  if (pairs.length < traces.length) {
    if (process.env['TRACES'] !== undefined) return [];
    throw new Error(`NetEq was not measured on the traces of ${family}: run test/bench-audio/neteq/main.ts`);
  }
  const worst = pairs.reduce((one, other) => (other.mos - other.neteq < one.mos - one.neteq ? other : one));
  return [
    {
      name: `jitter buffer beside NetEq, ${family}`,
      figure: worst.mos,
      unit: 'MOS',
      anchor: worst.neteq,
      ratio: worst.mos / worst.neteq,
      goal: '>= NetEq - 0.02 on each trace',
      met: worst.mos >= worst.neteq - 0.02,
    },
  ];
}

function mean(traces: readonly RatedTrace[], figure: 'mos' | 'fixed' | 'stretchedMs' | 'delayMs'): number {
  return traces.reduce((sum, trace) => sum + trace[figure], 0) / traces.length;
}

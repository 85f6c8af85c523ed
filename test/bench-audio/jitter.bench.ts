import type {BenchRow} from '../bench/bench-row.ts';
import {bestFixedDelay} from './best-fixed-delay.ts';
import {readTraces} from './packet-trace.ts';
import {playTrace, type TraceScore} from './play-trace.ts';
import {makeTraces} from './traffic.ts';

interface RatedTrace extends TraceScore {
  readonly family: string;
  readonly fixed: number;
}

/**
 * How well the receiving side plays packets that come unevenly, over many kinds of networks: the score that the E-model
 * gives, beside that of the best fixed delay for each trace, which only hindsight knows. `TRACES=FOLDER` rates
 * recorded traces instead (see `readTraces`).
 */
export async function run(): Promise<BenchRow[]> {
  const folder = process.env['TRACES'];
  const traces = folder === undefined ? makeTraces([1, 2, 3]) : readTraces(folder);
  const rated = traces.map((trace) => ({
    family: trace.family,
    fixed: bestFixedDelay(trace),
    ...playTrace(trace),
  }));
  const families = Object.entries(Object.groupBy(rated, ({family}) => family));
  const scores = families.map(([family, members]) => score(`jitter buffer, ${family}`, members ?? [], 0.04));
  return [
    ...scores,
    score('jitter buffer, all networks', rated, 0.01),
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

function mean(traces: readonly RatedTrace[], figure: 'mos' | 'fixed' | 'stretchedMs' | 'delayMs'): number {
  return traces.reduce((sum, trace) => sum + trace[figure], 0) / traces.length;
}

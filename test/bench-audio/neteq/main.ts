/**
 * How WebRTC's own jitter buffer, NetEq, plays the traces of the benchmark: real calls over loopback through a relay that lets
 * the packets through as each trace says, in virtual time (see virtual-time.c), rated by the receiver's own statistics. Run by
 * hand where the traces change: `node test/bench-audio/neteq/main.ts` installs a prebuilt WebRTC in build/neteq/, needs a C
 * compiler, takes about a quarter of an hour, and writes what `jitter.bench.ts` compares with. With `TRACES=FOLDER` it shows
 * how recorded traces are played, and writes nothing.
 */
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {chosenTraces, fingerprint} from '../chosen-traces.ts';
import {playTrace, type TraceScore} from '../play-trace.ts';
import {wrtcFolder} from './wrtc.ts';

/** Prebuilt WebRTC of milestone 106. */
const wrtc = '@roamhq/wrtc@0.10.0';
/** Calls at a time. */
const together = 12;

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
mkdirSync(wrtcFolder, {recursive: true});
if (!existsSync(join(wrtcFolder, 'node_modules/@roamhq/wrtc'))) {
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', wrtcFolder, wrtc], {
    stdio: 'inherit',
  });
}
const virtualTime = join(wrtcFolder, 'virtual-time.so');
execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', virtualTime, here('virtual-time.c')]);

const traces = chosenTraces();
const scores: TraceScore[] = [];
for (let from = 0; from < traces.length; from += together) {
  const to = Math.min(traces.length, from + together);
  process.stderr.write(`  traces ${from + 1} to ${to} of ${traces.length} …\n`);
  const printed = execFileSync(process.execPath, [here('calls.ts'), `${from}`, `${to}`], {
    env: {...process.env, LD_PRELOAD: virtualTime},
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  scores.push(...(JSON.parse(printed) as TraceScore[]));
}

const rows = traces.map((trace, index) => ({trace, neteq: scores[index]!, ours: playTrace(trace)}));
console.table(
  rows.map(({trace: {family}, neteq, ours}) => ({
    family,
    NetEq: neteq.mos.toFixed(3),
    ours: ours.mos.toFixed(3),
    'NetEq: % lost': neteq.lossPercent.toFixed(2),
    'ours: % lost': ours.lossPercent.toFixed(2),
    'NetEq: ms delay': neteq.delayMs.toFixed(0),
    'ours: ms delay': ours.delayMs.toFixed(0),
    'NetEq: ms/min stretched': neteq.stretchedMs.toFixed(0),
    'ours: ms/min stretched': ours.stretchedMs.toFixed(0),
  })),
);
if (process.env['TRACES'] === undefined) {
  const measured = Object.fromEntries(
    rows.map(({trace, neteq}) => [fingerprint(trace), {family: trace.family, ...rounded(neteq)}]),
  );
  writeFileSync(here('measured.json'), `${JSON.stringify(measured, null, 2)}\n`);
}

function rounded({mos, lossPercent, delayMs, stretchedMs}: TraceScore): TraceScore {
  return {
    mos: Number(mos.toFixed(4)),
    lossPercent: Number(lossPercent.toFixed(3)),
    delayMs: Number(delayMs.toFixed(1)),
    stretchedMs: Number(stretchedMs.toFixed(0)),
  };
}

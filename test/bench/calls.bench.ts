import {availableParallelism} from 'node:os';
import {setTimeout as pause} from 'node:timers/promises';
import {programs} from '../../tools/setup/programs.ts';
import {Sipp} from '../support/peers/sipp.ts';
import {freePort} from '../support/ports.ts';
import type {RunningProcess} from '../support/processes.ts';
import type {Run} from '../support/run-folder.ts';
import type {BenchRow} from './bench-row.ts';
import {openRun} from './bench-run.ts';
import {bundle} from './bundle.ts';
import type {CallsHeld} from './calls-doorline.ts';
import {runTime} from './process-figures.ts';

/** Calls a second before anything is measured: until what is called often has been compiled, which takes some 40,000. */
const warmUp = {rate: 4000, seconds: 12};
/** Calls a second in which all of them are compared, and those that are tried one after the other. */
const commonRate = 1000;
const rates = [4000, 8000, 12_000];
/** What is kept is measured at a rate at which no call stays up because its BYE was lost. */
const easyRate = 2000;
const wantedRate = 8000;
const wantedMilliseconds = 0.06;
const stepSeconds = 1.5;
/** All of it takes about a minute. */
const longest = 600;
/** SIPp has one processor, whoever answers it the other. */
const callerProcessor = 0;
const calledProcessor = 1;
/** How much (bytes) may be kept of a call at most to call the memory flat: less than anything that is stored. */
const keptOfCall = 8;
/** What is compiled or thrown away meanwhile is a megabyte now and then; what calls leave behind is there in every round. */
const rounds = 4;
/** All timers of the last transaction have run out (64*T1 of `calls-doorline.ts`). */
const timersEnd = 6400 + 500;

/** Somebody who answers calls. */
interface Callee {
  readonly process: RunningProcess;
  readonly port: number;
}

/** How a number of calls at one rate went. */
interface Step {
  readonly rate: number;
  readonly calls: number;
  /** No call lost, nothing sent twice, and SIPp did not have to slow down. */
  readonly clean: boolean;
  /** CPU time of the callee for a call. */
  readonly milliseconds: number;
}

/**
 * Calls that SIPp places and that are answered at once, signalling only: Doorline's layers from the socket to the user agent,
 * beside npm `sip` and SIPp's own callee.
 */
export async function run(): Promise<BenchRow[]> {
  if (programs.sipp.find() === undefined || availableParallelism() < 2) return [];
  const {run: surroundings, end} = openRun();
  try {
    return await measure(surroundings);
  } finally {
    await end();
  }
}

async function measure(run: Run): Promise<BenchRow[]> {
  const [ours, npmSip, sipp] = await Promise.all([
    startNode(run, new URL('calls-doorline.ts', import.meta.url)),
    startNode(run, new URL('calls-npm-sip.ts', import.meta.url)),
    startSipp(run),
  ]);
  await step(run, ours, warmUp.rate, warmUp.seconds);
  await step(run, npmSip, commonRate, warmUp.seconds);
  const steps = [await step(run, ours, commonRate)];
  const anchors = {npmSip: await step(run, npmSip, commonRate), sipp: await step(run, sipp, commonRate)};
  await npmSip.process.end();
  for (const rate of rates) steps.push(await step(run, ours, rate));
  const sippWanted = await step(run, sipp, wantedRate);
  await ours.process.end();

  const wanted = steps.find(({rate}) => rate === wantedRate)!;
  const clean = steps.filter(({clean}) => clean).map(({rate}) => rate);
  return [
    // So few calls a second are mostly waking up: shown beside the others, not what the goal is about.
    cpuRow(commonRate, 'npm sip', steps[0]!, anchors.npmSip, 'told, not judged'),
    cpuRow(commonRate, 'sipp', steps[0]!, anchors.sipp, 'told, not judged'),
    cpuRow(wantedRate, 'sipp', wanted, sippWanted, `<= ${wantedMilliseconds} ms`),
    {
      name: 'calls answered without a fault',
      figure: Math.max(0, ...clean),
      unit: 'calls/s',
      anchor: null,
      ratio: null,
      goal: `>= ${wantedRate}`,
      met: wanted.clean,
    },
    ...(await measureMemory(run)),
  ];
}

/**
 * In a process of its own: a whole garbage collection while no call is up takes compiled code with it, and after rates that were
 * too high calls stay up whose BYE was lost.
 */
async function measureMemory(run: Run): Promise<BenchRow[]> {
  const ours = await startNode(run, new URL('calls-doorline.ts', import.meta.url));
  await step(run, ours, easyRate, warmUp.seconds);
  let before = await held(ours);
  const kept: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const {calls} = await step(run, ours, easyRate);
    const after = await held(ours);
    kept.push((after.heap - before.heap) / calls);
    before = after;
  }
  await pause(timersEnd);
  const left = await held(ours);
  await ours.process.end();
  return [
    memoryRow(`kept of a call, least of ${rounds} rounds`, Math.min(...kept), keptOfCall, 'bytes'),
    memoryRow('transactions and calls left when timers have run out', left.transactions + left.calls, 0, ''),
  ];
}

async function startNode(run: Run, program: URL): Promise<Callee> {
  const words = ['--expose-gc', bundle(program), String(await freePort())];
  const process = run.processes.start(globalThis.process.execPath, words, {processor: calledProcessor});
  const [, port] = await process.waitForOutput(/^port (\d+)$/m);
  return {process, port: Number(port)};
}

async function startSipp(run: Run): Promise<Callee> {
  const calls = Number.MAX_SAFE_INTEGER;
  const {process, port} = await Sipp.start(run, {
    scenario: 'uas',
    calls,
    callsPerSecond: wantedRate,
    seconds: longest,
    processor: calledProcessor,
  });
  return {process, port};
}

async function step(
  run: Run,
  {process, port}: Callee,
  rate: number,
  seconds: number = stepSeconds,
): Promise<Step> {
  const calls = rate * seconds;
  const before = runTime(process.pid!);
  const caller = await Sipp.start(run, {
    scenario: 'uac',
    target: port,
    calls,
    callsPerSecond: rate,
    seconds: seconds + 10,
    processor: callerProcessor,
  });
  const {failed} = await caller.result();
  const milliseconds = (runTime(process.pid!) - before) / calls;
  const pace = caller.pace();
  const clean = failed === 0 && pace.retransmissions === 0 && pace.rate > 0.95 * rate;
  return {rate, calls, clean, milliseconds};
}

/** What Doorline's process holds. */
async function held({process}: Callee): Promise<CallsHeld> {
  const before = process.output.length;
  process.write('\n');
  const figures = () => /figures (.*)\n/.exec(process.output.slice(before))?.[1];
  return JSON.parse(await process.waitUntil('it told what it holds', figures)) as CallsHeld;
}

function cpuRow(rate: number, peer: string, ours: Step, anchor: Step, goal: string): BenchRow {
  return {
    name: `calls answered, ${rate} a second (${peer})`,
    figure: ours.milliseconds,
    unit: 'ms CPU/call',
    anchor: anchor.milliseconds,
    ratio: anchor.milliseconds / ours.milliseconds,
    goal,
    met: rate !== wantedRate || ours.milliseconds <= wantedMilliseconds,
  };
}

function memoryRow(name: string, figure: number, most: number, unit: string): BenchRow {
  return {
    name,
    figure,
    unit,
    anchor: null,
    ratio: null,
    goal: `<= ${most} ${unit}`.trim(),
    met: figure <= most,
  };
}

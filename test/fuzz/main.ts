/**
 * `make fuzz`: a million changed SIP messages for two user agents in calls with each other. Ends with a status other
 * than 0 when something is thrown, hangs, is left behind, or when memory grows.
 *
 *     node test/fuzz/main.ts [messages] [first seed]
 */
import {availableParallelism} from 'node:os';
import {Worker} from 'node:worker_threads';
import type {Find, Progress, Task} from './worker.ts';

const total = Number(process.argv[2] ?? 1_000_000);
const firstSeed = Number(process.argv[3] ?? 1);
const workers = Math.min(4, availableParallelism());
/**
 * So much processor time (ms) of this process without a report of a worker, per worker, means that it is never done with a message.
 * By the wall clock a busy machine would be mistaken for that.
 */
const hangLimit = 60_000;
const hangCheck = 10_000;
/** Bytes that the heap may be larger at the end than after the first tenth, when all code is warm. */
const growthLimit = 8 << 20;

const started = performance.now();
const latest = new Map<number, Progress>();
const warmHeap = new Map<number, number>();

function megabytes(bytes: number): string {
  return `${(bytes / (1 << 20)).toFixed(1)} MB`;
}

/** Processor time (ms) that this process has used, all its threads together. */
function processorTime(): number {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1000;
}

function show(): void {
  const all = [...latest.values()];
  const messages = all.reduce((sum, progress) => sum + progress.messages, 0);
  const rounds = all.reduce((sum, progress) => sum + progress.rounds, 0);
  const rate = Math.round((1000 * messages) / (performance.now() - started));
  const heap = all.map((progress) => megabytes(progress.heap)).join(' + ');
  console.log(`${messages} messages in ${rounds} rounds, ${rate} a second, heap ${heap}`);
}

/** Resolves to what went wrong; undefined where nothing did. */
function run(task: Task): Promise<string | undefined> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('worker.ts', import.meta.url), {workerData: task});
    let reported = processorTime();
    const timer = setInterval(hang, hangCheck);
    function hang(): void {
      if (processorTime() - reported < hangLimit * workers) return;
      resolve(`hangs in round ${latest.get(task.seed)?.rounds ?? 0} or later`);
      void worker.terminate();
    }
    worker.on('message', ({progress, find}: {progress?: Progress; find?: Find}) => {
      reported = processorTime();
      if (find) resolve(`round ${find.round}: ${find.error}\nlast message:\n${find.datagram}`);
      if (!progress) return;
      latest.set(task.seed, progress);
      if (progress.messages >= task.messages / 10 && !warmHeap.has(task.seed)) {
        warmHeap.set(task.seed, progress.heap);
      }
    });
    worker.on('error', (error) => resolve(error.stack ?? error.message));
    worker.on('exit', () => {
      clearInterval(timer);
      const {messages = 0, heap = 0} = latest.get(task.seed) ?? {};
      if (messages < task.messages)
        resolve(`waits for ever after round ${latest.get(task.seed)?.rounds ?? 0}`);
      const growth = heap - (warmHeap.get(task.seed) ?? 0);
      resolve(growth > growthLimit ? `the heap has grown by ${megabytes(growth)}` : undefined);
    });
  });
}

const ticker = setInterval(show, 5000);
const seeds = Array.from({length: workers}, (_, index) => firstSeed + index);
const outcomes = await Promise.all(
  seeds.map(async (seed) => ({seed, problem: await run({seed, messages: Math.ceil(total / workers)})})),
);
clearInterval(ticker);
show();
for (const {seed, problem} of outcomes) {
  if (problem === undefined) continue;
  process.exitCode = 1;
  console.error(`seed ${seed}: ${problem}`);
}
if (process.exitCode === undefined) console.log('nothing thrown, nothing left behind');

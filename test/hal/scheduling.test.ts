import {readFileSync} from 'node:fs';
import {Worker} from 'node:worker_threads';
import {expect, test} from 'vitest';

/** Runs on a thread of its own: tries a priority and says what came of it and which policy the thread has. */
const program = `
  const {parentPort, workerData} = require('node:worker_threads');
  const {readlinkSync, readFileSync} = require('node:fs');
  import(workerData.module).then(({useRealTimeScheduling}) => {
    const thread = readlinkSync('/proc/thread-self');
    const policy = () => Number(readFileSync('/proc/' + thread + '/stat', 'utf8').split(') ')[1].split(' ')[38]);
    const before = policy();
    const allowed = useRealTimeScheduling(workerData.priority);
    parentPort.postMessage({before, allowed, after: policy()});
  });
`;

const SCHED_OTHER = 0;
const SCHED_FIFO = 1;

function inThread(priority: number): Promise<{before: number; allowed: boolean; after: number}> {
  const module = new URL('../../hal/linux/scheduling.ts', import.meta.url).href;
  const worker = new Worker(program, {eval: true, workerData: {module, priority}});
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

test('the calling thread, and no other, gets the scheduling, or is told that it may not', async () => {
  const {before, allowed, after} = await inThread(10);
  expect(before).toBe(SCHED_OTHER);
  expect(after).toBe(allowed ? SCHED_FIFO : SCHED_OTHER);
  const ours = readFileSync(`/proc/${process.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[38];
  expect(Number(ours)).toBe(SCHED_OTHER);
});

test('a priority that does not exist is not allowed', async () => {
  expect(await inThread(1000)).toEqual({before: SCHED_OTHER, allowed: false, after: SCHED_OTHER});
});

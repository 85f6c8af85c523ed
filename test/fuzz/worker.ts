import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {parentPort, workerData} from 'node:worker_threads';
import {FuzzedPhones} from './fuzzed-phones.ts';

/** What a worker tells after some rounds; `heap` in bytes, after the garbage is collected. */
export interface Progress {
  readonly messages: number;
  readonly rounds: number;
  readonly heap: number;
}

/** What a worker tells when something went wrong. */
export interface Find {
  readonly round: number;
  readonly error: string;
  /** The datagram that was given last. */
  readonly datagram: string;
}

export interface Task {
  readonly seed: number;
  readonly messages: number;
}

const roundsAReport = 100;
const {seed, messages} = workerData as Task;
const phones = new FuzzedPhones(seed);
let rounds = 0;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function report(): void {
  collectGarbage();
  const progress: Progress = {messages: phones.messages, rounds, heap: process.memoryUsage().heapUsed};
  parentPort?.postMessage({progress});
}

try {
  while (phones.messages < messages) {
    await phones.round();
    rounds++;
    if (rounds % roundsAReport === 0) report();
  }
  report();
} catch (error) {
  const find: Find = {
    round: rounds,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    datagram: Buffer.from(phones.last).toString('latin1'),
  };
  parentPort?.postMessage({find});
}

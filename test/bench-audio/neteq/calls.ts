/** Plays the traces from number FROM up to TO, all at once, with WebRTC; prints their scores as JSON. */
import {setTimeout as sleep} from 'node:timers/promises';
import {chosenTraces} from '../chosen-traces.ts';
import {Call} from './call.ts';

const [from, to] = process.argv.slice(2).map(Number);
const calls: Call[] = [];
for (const trace of chosenTraces().slice(from, to)) calls.push(await Call.open(trace));
const start = performance.now() + 100;
for (const call of calls) call.begin(start);
const scores = await Promise.all(
  calls.map(async (call) => {
    while (call.proceed(performance.now())) await sleep(1);
    return call.end();
  }),
);
process.stdout.write(`${JSON.stringify(scores)}\n`);
process.exit();

/** A media thread that says it is ready, answers once, and hangs. */
import {workerData} from 'node:worker_threads';
import type {MediaCommand} from '../../firmware/audio/media-messages.ts';
import type {MediaWorkerData} from '../../firmware/audio/media-worker.ts';

const {port} = workerData as MediaWorkerData;
let answered = false;
port.on('message', (command: MediaCommand) => {
  if (command.kind !== 'answer') return;
  if (answered) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  answered = true;
  port.postMessage({kind: 'answered', request: command.request});
});
port.postMessage({kind: 'ready'});

import {setFlagsFromString} from 'node:v8';

/**
 * Keeps the young generation of this process's JavaScript heaps as small as it is. V8 doubles it whenever much in it is still
 * in use at a collection, as under a flood of messages, up to more than 100 MB on a machine with much memory, and
 * seldom gives that back. Its size can be limited only on the command line, or for a worker: so here its growth is stopped.
 */
export function stopYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

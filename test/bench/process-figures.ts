import {readdirSync, readFileSync} from 'node:fs';

/** Clock ticks a second in /proc: fixed by Linux's interface to programs. */
const ticksPerSecond = 100;

/** Resident memory of a process, in MB (10^6 bytes): all of it, and the anonymous part that is its own. */
export function memory(pid: number): {resident: number; anonymous: number} {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  return {resident: (kilobytes('VmRSS') * 1024) / 1e6, anonymous: (kilobytes('RssAnon') * 1024) / 1e6};
}

/** Seconds of processor time that a process has used, all its threads together. */
export function processorTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the name in brackets, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/**
 * Milliseconds that a process has run on a processor, all its threads together; those that have ended are not in it.
 * Finer than `processorTime`, which counts ticks of 10 ms.
 */
export function runTime(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
}

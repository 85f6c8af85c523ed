import {readFileSync} from 'node:fs';

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

import {createHash} from 'node:crypto';
import {type PacketTrace, readTraces} from './packet-trace.ts';
import {makeTraces} from './traffic.ts';

/** The traces that are played: made anew, or with `TRACES=FOLDER` in the environment recorded ones (see `readTraces`). */
export function chosenTraces(): PacketTrace[] {
  const folder = process.env['TRACES'];
  return folder === undefined ? makeTraces([1, 2, 3]) : readTraces(folder);
}

/** Tells a trace from any other. */
export function fingerprint({packets}: PacketTrace): string {
  const hash = createHash('sha256');
  for (const {sequence, sent, arrived, active} of packets) {
    hash.update(`${sequence} ${sent.toFixed(3)} ${arrived?.toFixed(3)} ${active}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

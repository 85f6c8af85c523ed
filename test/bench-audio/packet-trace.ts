import {readdirSync, readFileSync} from 'node:fs';
import {basename, join} from 'node:path';

/** One packet of 20 ms, on its way; times in ms on the receiver's clock. */
export interface TracedPacket {
  readonly sequence: number;
  readonly sent: number;
  /** Undefined: lost. */
  readonly arrived: number | undefined;
  /** Whether somebody speaks in it. */
  readonly active: boolean;
}

/** The packets of one call, in the order of their sending; a sequence number that comes twice is a duplicate. */
export interface PacketTrace {
  /** Which kind of network it is from. */
  readonly family: string;
  readonly packets: readonly TracedPacket[];
}

/** Reads all files `FAMILY_SEED.csv` of a folder, lines of `seq,send_ms,arrival_ms,active` below a header. */
export function readTraces(folder: string): PacketTrace[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.csv'));
  if (files.length === 0) throw new Error(`there are no traces in ${folder}`);
  return files.sort().map((file) => ({
    family: basename(file, '.csv').replace(/_\d+$/, ''),
    packets: readFileSync(join(folder, file), 'utf8').trim().split('\n').slice(1).map(readPacket),
  }));
}

function readPacket(line: string): TracedPacket {
  const [sequence = '', sent = '', arrived = '', active = ''] = line.trim().split(',');
  return {
    sequence: Number(sequence),
    sent: Number(sent),
    arrived: arrived === '' ? undefined : Number(arrived),
    active: active === '1',
  };
}

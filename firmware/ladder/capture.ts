import {failure, type Result, success} from '../base/result.ts';
import {isPcap, readPcap} from './pcap.ts';
import {isPcapng, readPcapng} from './pcapng.ts';

/** One captured frame. */
export interface CapturedPacket {
  /** ms since 1970-01-01 UTC, with a fraction; 0 where the capture does not tell. */
  readonly at: number;
  /** What the frame begins with: a LINKTYPE_ number of the pcap format. */
  readonly linkType: number;
  readonly bytes: Uint8Array;
}

/** A capture whose packets are read as they are asked for. */
export interface Capture {
  packets(): Iterable<CapturedPacket>;
  /** Once all packets are read: why the rest could not be, in words; undefined where all was well. */
  damage(): string | undefined;
}

export interface CaptureFailure {
  readonly code: 'not-a-capture' | 'damaged';
  /** The part of the file. */
  readonly place: string;
  readonly text: string;
}

/** No link has longer frames (libpcap's own limit): a longer one means that the file is damaged. */
export const PACKET_BYTES = 262_144;

/** Opens a capture of tcpdump, dumpcap or Wireshark: pcap or pcapng, told apart by their first bytes. */
export function openCapture(bytes: Uint8Array): Result<Capture, CaptureFailure> {
  if (isPcap(bytes)) return success(capture((onDamage) => readPcap(bytes, onDamage)));
  if (isPcapng(bytes)) return success(capture((onDamage) => readPcapng(bytes, onDamage)));
  return failure({
    code: 'not-a-capture',
    place: 'file header',
    text: 'this is neither a pcap nor a pcapng file',
  });
}

function capture(read: (onDamage: (text: string) => void) => Iterable<CapturedPacket>): Capture {
  let damage: string | undefined;
  const note = (text: string): void => {
    damage = text;
  };
  return {packets: () => read(note), damage: () => damage};
}

import {failure, type Result, success} from '../base/result.ts';
import type {CapturedPacket} from './captured-packet.ts';
import {isPcap, readPcap} from './pcap.ts';
import {isPcapng, readPcapng} from './pcapng.ts';

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

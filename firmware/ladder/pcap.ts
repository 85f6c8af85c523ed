import {type CapturedPacket, PACKET_BYTES} from './captured-packet.ts';

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;

/** Whether a file begins as pcap does, in either byte order. */
export function isPcap(bytes: Uint8Array): boolean {
  return byteOrder(bytes) !== undefined;
}

/** True: little endian; false: big endian; undefined: no pcap. */
function byteOrder(bytes: Uint8Array): boolean | undefined {
  if (bytes.length < FILE_HEADER) return undefined;
  const view = viewOf(bytes);
  return [true, false].find((little) => [MICROSECONDS, NANOSECONDS].includes(view.getUint32(0, little)));
}

/**
 * The packets of a pcap file (IETF draft-ietf-opsawg-pcap):
 *
 *     file:   magic 4, version 4, reserved 8, snap length 4, link type 4 (its lower 16 bits)
 *     record: seconds 4, micro- or nanoseconds 4, captured length 4, original length 4, bytes
 */
export function* readPcap(bytes: Uint8Array, onDamage: (text: string) => void): Generator<CapturedPacket> {
  const little = byteOrder(bytes);
  const view = viewOf(bytes);
  const perMillisecond = view.getUint32(0, little) === NANOSECONDS ? 1e6 : 1e3;
  const linkType = view.getUint32(20, little) & 0xffff;
  for (let at = FILE_HEADER; at < bytes.length; ) {
    if (at + RECORD_HEADER > bytes.length) return onDamage('the file ends within a packet');
    const length = view.getUint32(at + 8, little);
    if (length > PACKET_BYTES) return onDamage(`at byte ${at} there is no packet: the file is damaged`);
    const start = at + RECORD_HEADER;
    if (start + length > bytes.length) return onDamage('the file ends within a packet');
    yield {
      at: view.getUint32(at, little) * 1000 + view.getUint32(at + 4, little) / perMillisecond,
      linkType,
      bytes: bytes.subarray(start, start + length),
    };
    at = start + length;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

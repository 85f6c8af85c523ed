import {type CapturedPacket, PACKET_BYTES} from './captured-packet.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
/** More than any machine has: a bound for hostile files. */
const INTERFACES = 1024;

interface Interface {
  readonly linkType: number;
  /** Length of the clock's unit, in ms. */
  readonly unit: number;
  /** Start of the clock, in ms since 1970. */
  readonly offset: number;
}

/** Whether a file begins as pcapng does. */
export function isPcapng(bytes: Uint8Array): boolean {
  if (bytes.length < 28) return false;
  return viewOf(bytes).getUint32(0, true) === SECTION_HEADER && sectionOrder(viewOf(bytes), 0) !== undefined;
}

/** The byte order of the section whose header is at `at`; undefined where it is damaged. */
function sectionOrder(view: DataView, at: number): boolean | undefined {
  if (at + 12 > view.byteLength) return undefined;
  return [true, false].find((little) => view.getUint32(at + 8, little) === BYTE_ORDER_MAGIC);
}

/**
 * The packets of a pcapng file (IETF draft-ietf-opsawg-pcapng), which is a list of blocks:
 *
 *     type 4, total length 4, body, total length 4
 *
 * A section header sets the byte order and starts the numbering of interfaces anew; interface descriptions
 * tell the link type and the clock; of the rest, packets are read and everything else is passed over.
 */
export function* readPcapng(bytes: Uint8Array, onDamage: (text: string) => void): Generator<CapturedPacket> {
  const view = viewOf(bytes);
  let little = true;
  let interfaces: Interface[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 12 > bytes.length) return onDamage('the file ends within a block');
    // The section header's type reads the same in both orders.
    if (view.getUint32(at, true) === SECTION_HEADER) {
      const order = sectionOrder(view, at);
      if (order === undefined) return onDamage(`at byte ${at} a section begins without its byte order`);
      little = order;
      interfaces = [];
    }
    const type = view.getUint32(at, little);
    const length = view.getUint32(at + 4, little);
    if (length < 12 || length % 4 !== 0)
      return onDamage(`at byte ${at} there is no block: the file is damaged`);
    if (at + length > bytes.length) return onDamage('the file ends within a block');
    const body = new DataView(bytes.buffer, bytes.byteOffset + at + 8, length - 12);
    if (type === INTERFACE_DESCRIPTION && body.byteLength >= 8) {
      if (interfaces.length === INTERFACES) return onDamage(`it has more than ${INTERFACES} interfaces`);
      interfaces.push(readInterface(body, little));
    } else {
      const packet = readPacket(type, body, little, interfaces);
      if (packet !== undefined) yield packet;
    }
    at += length;
  }
}

/** Interface description: link type 2, reserved 2, snap length 4, options. */
function readInterface(body: DataView, little: boolean): Interface {
  let unit = 1e-3; // microseconds, where nothing is said
  let offset = 0;
  for (let at = 8; at + 4 <= body.byteLength; ) {
    const code = body.getUint16(at, little);
    const length = body.getUint16(at + 2, little);
    if (at + 4 + length > body.byteLength) break;
    if (code === IF_TSRESOL && length === 1) {
      const resolution = body.getUint8(at + 4);
      // The highest bit chooses between powers of 2 and of 10.
      unit = 1000 / (resolution & 0x80 ? 2 : 10) ** (resolution & 0x7f);
    } else if (code === IF_TSOFFSET && length === 8) {
      offset = Number(body.getBigInt64(at + 4, little)) * 1000;
    }
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return {linkType: body.getUint16(0, little), unit, offset};
}

/** A packet of any of the three kinds; undefined where the block is none, or damaged. */
function readPacket(
  type: number,
  body: DataView,
  little: boolean,
  interfaces: readonly Interface[],
): CapturedPacket | undefined {
  if (type === SIMPLE_PACKET && body.byteLength >= 4) {
    // original length 4, bytes; always of the first interface, without a time
    const length = Math.min(body.getUint32(0, little), body.byteLength - 4);
    return packet(body, 4, length, interfaces[0], 0);
  }
  if ((type !== ENHANCED_PACKET && type !== OBSOLETE_PACKET) || body.byteLength < 20) return undefined;
  // interface 4 (2 in the obsolete kind), time 8, captured length 4, original length 4, bytes, options
  const number = type === ENHANCED_PACKET ? body.getUint32(0, little) : body.getUint16(0, little);
  const time = body.getUint32(4, little) * 2 ** 32 + body.getUint32(8, little);
  return packet(body, 20, body.getUint32(12, little), interfaces[number], time);
}

function packet(
  body: DataView,
  start: number,
  length: number,
  from: Interface | undefined,
  time: number,
): CapturedPacket | undefined {
  if (from === undefined || length > PACKET_BYTES || start + length > body.byteLength) return undefined;
  const bytes = new Uint8Array(body.buffer, body.byteOffset + start, length);
  return {at: time * from.unit + from.offset, linkType: from.linkType, bytes};
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

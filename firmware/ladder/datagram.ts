import type {SocketAddress} from '../rtp/audio-stream.ts';
import type {CapturedPacket} from './captured-packet.ts';

/** A UDP datagram, or why a frame holds none that can be read. */
export type Datagram =
  | {
      readonly kind: 'udp';
      readonly from: SocketAddress;
      readonly to: SocketAddress;
      readonly payload: Uint8Array;
    }
  | {readonly kind: 'tcp' | 'fragment' | 'cut-off' | 'unknown-link' | 'other'};

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const VLAN_TAGS = [0x8100, 0x88a8, 0x9100];
const TCP = 6;
const UDP = 17;
/** IPv6 extension headers that are passed over: hop-by-hop, routing, destination options (RFC 8200 section 4). */
const EXTENSIONS = [0, 43, 60];
const FRAGMENT = 44;

const other = {kind: 'other'} as const;
const cutOff = {kind: 'cut-off'} as const;

/** Finds the UDP datagram in a captured frame: Ethernet, Linux "cooked", loopback or plain IP below it. */
export function readDatagram({linkType, bytes}: CapturedPacket): Datagram {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (linkType) {
    case 0: // LINKTYPE_NULL and LINKTYPE_LOOP: an address family in 4 bytes
    case 108:
      return readIp(view, 4);
    case 1: // LINKTYPE_ETHERNET
      return readEthernet(view);
    case 12: // LINKTYPE_RAW under the numbers of some systems
    case 14:
    case 101:
    case 228: // LINKTYPE_IPV4, LINKTYPE_IPV6
    case 229:
      return readIp(view, 0);
    case 113: // LINKTYPE_LINUX_SLL: the protocol in the last 2 of 16 bytes
      return readProtocol(view, 14, 16);
    case 276: // LINKTYPE_LINUX_SLL2: the protocol in the first 2 of 20 bytes
      return readProtocol(view, 0, 20);
    default:
      return {kind: 'unknown-link'};
  }
}

/** destination 6, source 6, any number of VLAN tags of 4, type 2 */
function readEthernet(view: DataView): Datagram {
  let at = 12;
  while (at + 2 <= view.byteLength && VLAN_TAGS.includes(view.getUint16(at))) at += 4;
  return readProtocol(view, at, at + 2);
}

function readProtocol(view: DataView, at: number, start: number): Datagram {
  if (start > view.byteLength) return other;
  const protocol = view.getUint16(at);
  return protocol === IPV4 || protocol === IPV6 ? readIp(view, start) : other;
}

function readIp(view: DataView, start: number): Datagram {
  if (start >= view.byteLength) return other;
  const version = view.getUint8(start) >> 4;
  if (version === 4) return readIpv4(view, start);
  return version === 6 ? readIpv6(view, start) : other;
}

/** RFC 791 section 3.1 */
function readIpv4(view: DataView, start: number): Datagram {
  if (start + 20 > view.byteLength) return cutOff;
  const headerLength = (view.getUint8(start) & 0x0f) * 4;
  const length = view.getUint16(start + 2);
  if (headerLength < 20 || length < headerLength) return other;
  const moreFragmentsAndOffset = view.getUint16(start + 6) & 0x3fff;
  const protocol = view.getUint8(start + 9);
  if (moreFragmentsAndOffset !== 0) return protocol === UDP ? {kind: 'fragment'} : other;
  const addresses = {from: ipv4(view, start + 12), to: ipv4(view, start + 16)};
  return readTransport(view, protocol, start + headerLength, addresses);
}

/** RFC 8200 sections 3 and 4 */
function readIpv6(view: DataView, start: number): Datagram {
  let at = start + 40;
  if (at > view.byteLength) return cutOff;
  const addresses = {from: ipv6(view, start + 8), to: ipv6(view, start + 24)};
  let next = view.getUint8(start + 6);
  while (EXTENSIONS.includes(next) || next === FRAGMENT) {
    if (at + 8 > view.byteLength) return cutOff;
    // A fragment that is the whole packet is no fragment (RFC 6946).
    if (next === FRAGMENT && (view.getUint16(at + 2) & 0xfff9) !== 0) return {kind: 'fragment'};
    const length = next === FRAGMENT ? 8 : (view.getUint8(at + 1) + 1) * 8;
    next = view.getUint8(at);
    at += length;
  }
  return readTransport(view, next, at, addresses);
}

/** UDP (RFC 768): source port 2, destination port 2, length 2, checksum 2, payload. */
function readTransport(
  view: DataView,
  protocol: number,
  at: number,
  {from, to}: {from: string; to: string},
): Datagram {
  if (protocol === TCP) return {kind: 'tcp'};
  if (protocol !== UDP) return other;
  if (at + 8 > view.byteLength) return cutOff;
  const length = view.getUint16(at + 4);
  if (length < 8) return other;
  if (at + length > view.byteLength) return cutOff;
  return {
    kind: 'udp',
    from: {address: from, port: view.getUint16(at)},
    to: {address: to, port: view.getUint16(at + 2)},
    payload: new Uint8Array(view.buffer, view.byteOffset + at + 8, length - 8),
  };
}

function ipv4(view: DataView, at: number): string {
  return [0, 1, 2, 3].map((index) => view.getUint8(at + index)).join('.');
}

/** RFC 5952 section 4: lower case, no leading zeros, `::` for the longest run of zeros. */
function ipv6(view: DataView, at: number): string {
  const groups = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => view.getUint16(at + index * 2).toString(16));
  const text = groups.join(':');
  const runs = [...text.matchAll(/\b0(?::0)+\b/g)];
  const [first] = runs;
  if (first === undefined) return text;
  const longest = runs.reduce((best, run) => (run[0].length > best[0].length ? run : best), first);
  const before = text.slice(0, longest.index).replace(/:$/, '');
  const after = text.slice(longest.index + longest[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}

import {SocketAddress} from 'node:net';
import {endianness} from 'node:os';

/** What the kernel tells of links, addresses and routes (rtnetlink(7)), as far as it matters here. */
export type NetlinkMessage =
  | {readonly kind: 'link'; readonly gone: boolean; readonly link: number; readonly up: boolean}
  | {
      readonly kind: 'address';
      readonly gone: boolean;
      readonly link: number;
      readonly address: string;
      /** Whether other machines may reach this one by it, the link being up. */
      readonly reachable: boolean;
    }
  /** `route` tells it from other default routes. */
  | {readonly kind: 'default-route'; readonly gone: boolean; readonly link: number; readonly route: string}
  /** The answer to a question is complete; `failed`: the kernel had none, or it changed while it was being told. */
  | {readonly kind: 'end'; readonly failed: boolean};

export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;
export const RTM_NEWROUTE = 24;
export const RTM_DELROUTE = 25;
export const RTM_GETROUTE = 26;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_REQUEST = 0x1;
const NLM_F_DUMP_INTR = 0x10;
const NLM_F_DUMP = 0x300;

const AF_UNSPEC = 0;
const AF_INET = 2;
const AF_INET6 = 10;
const IFF_UP = 0x1;
/** The link has a carrier and may be used. */
const IFF_RUNNING = 0x40;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_FLAGS = 8;
const IFA_F_DADFAILED = 0x08;
const IFA_F_TENTATIVE = 0x40;
const RT_SCOPE_LINK = 253;
const RT_SCOPE_HOST = 254;
const RT_TABLE_MAIN = 254;
const RTN_UNICAST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;

const headerLength = 16;
/** Numbers are in the byte order of the machine. */
const littleEndian = endianness() === 'LE';

/** Asks for all links, addresses or routes; `type` is one of RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE. */
export function writeQuestion(type: number): Uint8Array {
  const bytes = new Uint8Array(headerLength + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, littleEndian);
  view.setUint16(4, type, littleEndian);
  view.setUint16(6, NLM_F_REQUEST | NLM_F_DUMP, littleEndian);
  return bytes;
}

/** Reads what one datagram of the kernel holds. What is cut off or not known is left out. */
export function parseNetlink(bytes: Uint8Array): NetlinkMessage[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: NetlinkMessage[] = [];
  for (let at = 0; at + headerLength <= bytes.length; ) {
    const length = view.getUint32(at, littleEndian);
    if (length < headerLength || at + length > bytes.length) break;
    const type = view.getUint16(at + 4, littleEndian);
    const interrupted = (view.getUint16(at + 6, littleEndian) & NLM_F_DUMP_INTR) !== 0;
    const body = new DataView(view.buffer, view.byteOffset + at + headerLength, length - headerLength);
    const message = parseMessage(type, interrupted, body);
    if (message) messages.push(message);
    at += aligned(length);
  }
  return messages;
}

function parseMessage(type: number, interrupted: boolean, body: DataView): NetlinkMessage | undefined {
  switch (type) {
    case NLMSG_ERROR:
      return {kind: 'end', failed: true};
    case NLMSG_DONE:
      return {kind: 'end', failed: interrupted};
    case RTM_NEWLINK:
    case RTM_DELLINK:
      return parseLink(type === RTM_DELLINK, body);
    case RTM_NEWADDR:
    case RTM_DELADDR:
      return parseAddress(type === RTM_DELADDR, body);
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
      return parseRoute(type === RTM_DELROUTE, body);
    default:
      return undefined;
  }
}

/** `struct ifinfomsg`. */
function parseLink(gone: boolean, body: DataView): NetlinkMessage | undefined {
  // A link that leaves a bridge is told of as if it were gone, but under the family of bridges.
  if (body.byteLength < 16 || body.getUint8(0) !== AF_UNSPEC) return undefined;
  const flags = body.getUint32(8, littleEndian);
  const up = (flags & IFF_UP) !== 0 && (flags & IFF_RUNNING) !== 0;
  return {kind: 'link', gone, link: body.getUint32(4, littleEndian), up};
}

/** `struct ifaddrmsg`. */
function parseAddress(gone: boolean, body: DataView): NetlinkMessage | undefined {
  if (body.byteLength < 8) return undefined;
  const family = body.getUint8(0);
  const scope = body.getUint8(3);
  const attributes = parseAttributes(body, 8);
  // Where both are there, the other one is the far end's.
  const address = addressText(family, attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS));
  if (address === undefined) return undefined;
  const flags = numberOf(attributes.get(IFA_FLAGS)) ?? body.getUint8(2);
  const valid = (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) === 0;
  const wide = scope !== RT_SCOPE_HOST && !(family === AF_INET6 && scope === RT_SCOPE_LINK);
  return {
    kind: 'address',
    gone,
    link: body.getUint32(4, littleEndian),
    address,
    reachable: valid && wide,
  };
}

/** `struct rtmsg`. */
function parseRoute(gone: boolean, body: DataView): NetlinkMessage | undefined {
  if (body.byteLength < 12) return undefined;
  const family = body.getUint8(0);
  const bits = body.getUint8(1);
  if (bits !== 0 || body.getUint8(4) !== RT_TABLE_MAIN || body.getUint8(7) !== RTN_UNICAST) return undefined;
  const attributes = parseAttributes(body, 12);
  const link = numberOf(attributes.get(RTA_OIF)) ?? 0;
  const gateway = addressText(family, attributes.get(RTA_GATEWAY)) ?? 'direct';
  const priority = numberOf(attributes.get(RTA_PRIORITY)) ?? 0;
  return {kind: 'default-route', gone, link, route: `${family} ${link} ${gateway} ${priority}`};
}

/** The attributes from `start` on, by their types; of several of a type the last one. */
function parseAttributes(body: DataView, start: number): Map<number, DataView> {
  const attributes = new Map<number, DataView>();
  for (let at = start; at + 4 <= body.byteLength; ) {
    const length = body.getUint16(at, littleEndian);
    if (length < 4 || at + length > body.byteLength) break;
    const type = body.getUint16(at + 2, littleEndian);
    attributes.set(type, new DataView(body.buffer, body.byteOffset + at + 4, length - 4));
    at += aligned(length);
  }
  return attributes;
}

function numberOf(value: DataView | undefined): number | undefined {
  return value && value.byteLength >= 4 ? value.getUint32(0, littleEndian) : undefined;
}

/** The address as sockets write it; undefined where it is none. */
function addressText(family: number, value: DataView | undefined): string | undefined {
  if (family === AF_INET && value?.byteLength === 4) {
    return [0, 1, 2, 3].map((at) => value.getUint8(at)).join('.');
  }
  if (family === AF_INET6 && value?.byteLength === 16) {
    const groups = [0, 2, 4, 6, 8, 10, 12, 14].map((at) => value.getUint16(at).toString(16));
    return new SocketAddress({address: groups.join(':'), family: 'ipv6'}).address;
  }
  return undefined;
}

/** Messages and attributes begin at multiples of four bytes. */
function aligned(length: number): number {
  return (length + 3) & ~3;
}

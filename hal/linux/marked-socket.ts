import type {Socket} from 'node:dgram';
import {isIPv6} from 'node:net';
import {libc, SOCK_DGRAM, setOption, socketFlags, systemError} from './libc.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SOL_IP = 0;
const IP_TOS = 1;
const SOL_IPV6 = 41;
const IPV6_V6ONLY = 26;
const IPV6_TCLASS = 67;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;

/**
 * Binds a socket of Node.js, at once, so that what it sends is marked: `codePoint` is the DSCP (RFC 2474), 0 to 63. Node.js
 * cannot do that itself, nor does it tell the descriptor of a socket of its own; so it gets a bound one, which it
 * owns from then on. An IPv6 socket takes IPv6 only. Where the system knows no marks the socket goes without.
 * @throws NodeJS.ErrnoException with the codes of `socket.bind`; `socket` is then as it was.
 */
export function bindMarked(
  socket: Socket,
  {address, port}: {readonly address: string; readonly port: number},
  codePoint: number,
): void {
  const six = isIPv6(address);
  const descriptor = libc().socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM | socketFlags, 0);
  if (descriptor < 0) throw systemError('socket');
  try {
    if (six) setOption(descriptor, SOL_IPV6, IPV6_V6ONLY, 1);
    mark(descriptor, six, codePoint);
    const where = six ? ipv6Address(address, port) : ipv4Address(address, port);
    if (libc().bind(descriptor, where, where.length) < 0) throw systemError('bind');
    socket.bind({fd: descriptor});
  } catch (error) {
    libc().close(descriptor);
    throw error;
  }
  // libuv sets this for whatever it is handed; with it, others of its kind could bind the same port and take datagrams.
  setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 0);
}

/** The code point is the upper six bits of the byte in the IP header. */
function mark(descriptor: number, six: boolean, codePoint: number): void {
  const [level, option] = six ? [SOL_IPV6, IPV6_TCLASS] : [SOL_IP, IP_TOS];
  try {
    setOption(descriptor, level, option, codePoint << 2);
  } catch {
    // Sound and signalling without a mark are better than none.
  }
}

/** `struct sockaddr_in`. */
function ipv4Address(address: string, port: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  new Uint16Array(bytes.buffer, 0, 1)[0] = AF_INET;
  view.setUint16(2, port);
  readAddress(AF_INET, address, bytes.subarray(4, 8));
  return bytes;
}

/** `struct sockaddr_in6`. */
function ipv6Address(address: string, port: number): Uint8Array {
  const [host = '', zone] = address.split('%');
  const bytes = new Uint8Array(28);
  const view = new DataView(bytes.buffer);
  new Uint16Array(bytes.buffer, 0, 1)[0] = AF_INET6;
  view.setUint16(2, port);
  readAddress(AF_INET6, host, bytes.subarray(8, 24));
  if (zone !== undefined) new Uint32Array(bytes.buffer, 24, 1)[0] = libc().if_nametoindex(zone);
  return bytes;
}

function readAddress(family: number, text: string, into: Uint8Array): void {
  if (libc().inet_pton(family, text, into) !== 1) {
    throw Object.assign(new Error(`not an address: ${text}`), {code: 'EINVAL'});
  }
}

/**
 * Attributes that hold an address: MAPPED-ADDRESS, ALTERNATE-SERVER (RFC 8489 sections 14.1, 14.15), OTHER-ADDRESS,
 * RESPONSE-ORIGIN (RFC 5780 section 7), and XOR-MAPPED-ADDRESS (section 14.2), in which port and address are combined
 * with the cookie and the transaction id, because some NATs replace what looks like an address.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |0 0 0 0 0 0 0 0| family: 1, 2  |             port              |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |        address, 32 bits (family 1) or 128 bits (family 2)     |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
import {isIPv6} from 'node:net';
import type {SocketAddress} from '../../rtp/audio-stream.ts';
import type {StunMessage} from '../message.ts';
import {magicCookie, readInt32, readUint16} from '../octets.ts';
import {attributeType} from '../types.ts';

export type {SocketAddress};

const version4 = 1;
const version6 = 2;
const cookieOctets = [24, 16, 8, 0].map((shift) => (magicCookie >>> shift) & 0xff);

/** Our address as the server saw it: XOR-MAPPED-ADDRESS, from old servers MAPPED-ADDRESS. */
export function mappedAddress(message: StunMessage): SocketAddress | undefined {
  return (
    readAddress(message, attributeType.xorMappedAddress) ?? readAddress(message, attributeType.mappedAddress)
  );
}

/** The address in an attribute; undefined where there is none or it is not well formed. */
export function readAddress(message: StunMessage, type: number): SocketAddress | undefined {
  const at = message.find(type);
  if (at < 0) return undefined;
  const {bytes} = message;
  const length = readUint16(bytes, at - 2);
  const family = bytes[at + 1];
  const xor = type === attributeType.xorMappedAddress;
  const port = readUint16(bytes, at + 2) ^ (xor ? magicCookie >>> 16 : 0);
  if (family === version4 && length === 8) {
    const octets = readInt32(bytes, at + 4) ^ (xor ? magicCookie : 0);
    const address = `${octets >>> 24}.${(octets >>> 16) & 0xff}.${(octets >>> 8) & 0xff}.${octets & 0xff}`;
    return {address, port};
  }
  if (family === version6 && length === 20) {
    // The cookie and the transaction id that follows it stand where they are combined with the address.
    const octets = bytes
      .subarray(at + 4, at + 20)
      .map((octet, index) => octet ^ (xor ? bytes[4 + index]! : 0));
    return {address: formatVersion6(octets), port};
  }
  return undefined;
}

/** `address:port`, with brackets around an IPv6 address. */
export function formatAddress({address, port}: SocketAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The value of an attribute that holds an address; for XOR-MAPPED-ADDRESS with the id of the transaction. */
export function addressValue({address, port}: SocketAddress, transactionId?: Uint8Array): Uint8Array {
  const octets = isIPv6(address) ? parseVersion6(address) : address.split('.').map(Number);
  const value = Uint8Array.of(0, octets.length === 4 ? version4 : version6, port >> 8, port, ...octets);
  if (!transactionId) return value;
  const mask = [0, 0, ...cookieOctets.slice(0, 2), ...cookieOctets, ...transactionId];
  return value.map((octet, index) => octet ^ mask[index]!);
}

/** The text of an IPv6 address as RFC 5952 wants it: the longest run of zeros is left out. */
function formatVersion6(octets: Uint8Array): string {
  const groups = Array.from({length: 8}, (_, index) => readUint16(octets, 2 * index).toString(16));
  const runs = groups.join(':').match(/(?<![0-9a-f])0(:0)+(?![0-9a-f])/g) ?? [];
  const longest = runs.reduce((one, other) => (other.length > one.length ? other : one), '');
  if (longest === '') return groups.join(':');
  const text = groups.join(':');
  const at = text.search(new RegExp(`(?<![0-9a-f])${longest}(?![0-9a-f])`));
  return `${text.slice(0, at).replace(/:$/, '')}::${text.slice(at + longest.length).replace(/^:/, '')}`;
}

/** @param address an IPv6 address, without zone. */
function parseVersion6(address: string): number[] {
  const embedded = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  if (embedded) {
    const [, head, ...tail] = embedded;
    const [one, two, three, four] = tail.map(Number);
    return parseVersion6(
      `${head}${((one! << 8) | two!).toString(16)}:${((three! << 8) | four!).toString(16)}`,
    );
  }
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after];
  return groups.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

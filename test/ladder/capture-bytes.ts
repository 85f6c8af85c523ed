/** Captures built byte by byte, as the formats' documents say, for the tests of their reader. */

interface Frame {
  /** ms since 1970 */
  at: number;
  bytes: Uint8Array;
}

interface Order {
  little?: boolean;
}

/** A UDP datagram in IPv4 or IPv6, by the form of its addresses (`a.b.c.d`, or 32 hexadecimal digits). */
export function ipPacket(
  from: string,
  fromPort: number,
  to: string,
  toPort: number,
  payload: string | Uint8Array,
): Uint8Array {
  const data = Buffer.from(payload);
  const udp = Buffer.alloc(8);
  udp.writeUInt16BE(fromPort, 0);
  udp.writeUInt16BE(toPort, 2);
  udp.writeUInt16BE(8 + data.length, 4);
  const length = udp.length + data.length;
  if (from.includes('.')) {
    const header = Buffer.alloc(20);
    header[0] = 0x45;
    header.writeUInt16BE(20 + length, 2);
    header[8] = 64;
    header[9] = 17;
    header.set(from.split('.').map(Number), 12);
    header.set(to.split('.').map(Number), 16);
    return Buffer.concat([header, udp, data]);
  }
  const header = Buffer.alloc(8);
  header[0] = 0x60;
  header.writeUInt16BE(length, 4);
  header[6] = 17;
  header[7] = 64;
  return Buffer.concat([header, Buffer.from(from, 'hex'), Buffer.from(to, 'hex'), udp, data]);
}

/** What stands before an IP packet on each kind of link. */
export const linkHeaders: Readonly<
  Record<string, {linkType: number; bytes: (version: 4 | 6) => Uint8Array}>
> = {
  ethernet: {linkType: 1, bytes: (version) => Buffer.concat([Buffer.alloc(12), etherType(version)])},
  'ethernet with two VLAN tags': {
    linkType: 1,
    bytes: (version) =>
      Buffer.concat([Buffer.alloc(12), Buffer.from('88a8000181000002', 'hex'), etherType(version)]),
  },
  'loopback, host order': {linkType: 0, bytes: (version) => Buffer.from([version === 4 ? 2 : 30, 0, 0, 0])},
  'loopback, network order': {
    linkType: 108,
    bytes: (version) => Buffer.from([0, 0, 0, version === 4 ? 2 : 24]),
  },
  'raw IP': {linkType: 101, bytes: () => Buffer.alloc(0)},
  'Linux cooked': {linkType: 113, bytes: (version) => Buffer.concat([Buffer.alloc(14), etherType(version)])},
  'Linux cooked, version 2': {
    linkType: 276,
    bytes: (version) => Buffer.concat([etherType(version), Buffer.alloc(18)]),
  },
};

function etherType(version: 4 | 6): Uint8Array {
  return Buffer.from(version === 4 ? '0800' : '86dd', 'hex');
}

export function pcap(
  linkType: number,
  frames: readonly Frame[],
  {little = true, nano = false} = {},
): Uint8Array {
  const records = frames.flatMap(({at, bytes}) => {
    const fraction = Math.round((at % 1000) * (nano ? 1e6 : 1e3));
    return [words([Math.floor(at / 1000), fraction, bytes.length, bytes.length], little), bytes];
  });
  const magic = nano ? 0xa1b23c4d : 0xa1b2c3d4;
  const version = words([little ? 0x00040002 : 0x00020004], little);
  return Buffer.concat([words([magic], little), version, words([0, 0, 65535, linkType], little), ...records]);
}

export function pcapng(
  linkType: number,
  frames: readonly Frame[],
  {little = true, nano = false}: Order & {nano?: boolean} = {},
): Uint8Array {
  const unit = nano ? 1e6 : 1e3;
  const option = nano ? [...shorts([9, 1], little), 9, 0, 0, 0, ...shorts([0, 0], little)] : [];
  const packets = frames.map(({at, bytes}) => {
    const time = BigInt(Math.round(at * unit));
    const head = [0, Number(time >> 32n), Number(time & 0xffffffffn), bytes.length, bytes.length];
    return block(6, [words(head, little), bytes], little);
  });
  return Buffer.concat([
    block(0x0a0d0d0a, [words([0x1a2b3c4d, little ? 1 : 0x00010000, 0xffffffff, 0xffffffff], little)], little),
    block(1, [Uint8Array.from([...shorts([linkType, 0], little), 0, 0, 0, 0, ...option])], little),
    block(0x7fff, [Buffer.from('a block that nobody knows')], little),
    ...packets,
  ]);
}

function block(type: number, body: readonly Uint8Array[], little: boolean): Uint8Array {
  const content = Buffer.concat(body);
  const padded = Buffer.concat([content, Buffer.alloc((4 - (content.length % 4)) % 4)]);
  const length = padded.length + 12;
  return Buffer.concat([words([type, length], little), padded, words([length], little)]);
}

function words(values: readonly number[], little: boolean): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, index) => {
    bytes.setUint32(index * 4, value, little);
  });
  return new Uint8Array(bytes.buffer);
}

function shorts(values: readonly number[], little: boolean): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(values.length * 2));
  values.forEach((value, index) => {
    bytes.setUint16(index * 2, value, little);
  });
  return new Uint8Array(bytes.buffer);
}

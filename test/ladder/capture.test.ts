import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {findCalls} from '../../firmware/ladder/calls.ts';
import {type Capture, openCapture} from '../../firmware/ladder/capture.ts';
import {readDatagram} from '../../firmware/ladder/datagram.ts';
import {ipPacket, linkHeaders, pcap, pcapng} from './capture-bytes.ts';

const at = Date.UTC(2026, 10, 22, 12) + 0.25;

function open(bytes: Uint8Array): Capture {
  const opened = openCapture(bytes);
  if (!opened.ok) throw new Error(opened.error.text);
  return opened.value;
}

describe.each(Object.entries({pcap, pcapng}))('%s', (_, build) => {
  test.for([
    {little: true, nano: false},
    {little: false, nano: false},
    {little: true, nano: true},
    {little: false, nano: true},
  ])('is read in any byte order and resolution: %o', (form) => {
    const frames = [
      {at, bytes: Buffer.from('first')},
      {at: at + 20.125, bytes: Buffer.from('second!')},
    ];
    const capture = open(build(101, frames, form));
    const packets = [...capture.packets()];
    expect(packets.map(({linkType}) => linkType)).toEqual([101, 101]);
    expect(packets.map(({bytes}) => Buffer.from(bytes).toString())).toEqual(['first', 'second!']);
    packets.forEach((packet, index) => {
      expect(packet.at).toBeCloseTo(frames[index]!.at, 2);
    });
    expect(capture.damage()).toBeUndefined();
  });

  test('what is cut off is read up to there, and said', () => {
    const whole = build(101, [
      {at, bytes: Buffer.alloc(40)},
      {at, bytes: Buffer.alloc(40)},
    ]);
    const capture = open(whole.subarray(0, whole.length - 30));
    expect([...capture.packets()]).toHaveLength(1);
    expect(capture.damage()).toMatch(/^the file ends within a/);
  });

  test('nonsense after the beginning neither hangs nor throws', () => {
    const good = build(1, [{at, bytes: Buffer.alloc(60)}]);
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 300}), fc.nat(good.length), (noise, cut) => {
        const opened = openCapture(Buffer.concat([good.subarray(0, cut), noise]));
        if (opened.ok) findCalls(opened.value);
      }),
    );
  });
});

test('a packet longer than any link has is damage', () => {
  const bytes = pcap(1, [{at, bytes: Buffer.alloc(60)}]);
  bytes.fill(0xff, 24 + 8, 24 + 12);
  const capture = open(bytes);
  expect([...capture.packets()]).toEqual([]);
  expect(capture.damage()).toBe('at byte 24 there is no packet: the file is damaged');
});

test.for(['', 'text', '\x89PNG and many more bytes than a file header would need'])(
  'what is no capture is refused: %j',
  (text) => {
    const opened = openCapture(Buffer.from(text));
    expect(opened.ok ? undefined : opened.error.code).toBe('not-a-capture');
  },
);

describe.each(Object.entries(linkHeaders))('%s', (_, {linkType, bytes}) => {
  test.for([
    {version: 4 as const, from: '192.0.2.1', to: '192.0.2.2', shown: ['192.0.2.1', '192.0.2.2']},
    {
      version: 6 as const,
      from: '20010db8000000000000000000000001',
      to: 'fe800000000000010000000200000000',
      shown: ['2001:db8::1', 'fe80::1:0:2:0:0'],
    },
  ])('carries UDP over IPv$version', ({version, from, to, shown}) => {
    const frame = Buffer.concat([bytes(version), ipPacket(from, 5060, to, 5070, 'words'), Buffer.alloc(6)]);
    const datagram = readDatagram({at, linkType, bytes: frame});
    expect(datagram).toMatchObject({
      kind: 'udp',
      from: {address: shown[0], port: 5060},
      to: {address: shown[1], port: 5070},
    });
    expect(datagram.kind === 'udp' && Buffer.from(datagram.payload).toString()).toBe('words');
  });
});

describe('what holds no datagram', () => {
  const raw = (bytes: Uint8Array) => readDatagram({at, linkType: 101, bytes}).kind;
  const v4 = () => Buffer.from(ipPacket('192.0.2.1', 5060, '192.0.2.2', 5060, 'words'));
  const v6 = () => Buffer.from(ipPacket('00'.repeat(16), 5060, '11'.repeat(16), 5060, 'words'));

  test('is told apart', () => {
    const tcp = v4();
    tcp[9] = 6;
    const first = v4();
    first[6] = 0x20; // more fragments
    const second = v4();
    second[7] = 100; // offset
    expect([tcp, first, second].map(raw)).toEqual(['tcp', 'fragment', 'fragment']);
    expect(raw(v4().subarray(0, 30))).toBe('cut-off');
    expect(readDatagram({at, linkType: 147, bytes: v4()}).kind).toBe('unknown-link');
  });

  test('IPv6 extension headers are passed over; fragments are not read', () => {
    const extended = (next: number, header: string) => {
      const packet = v6();
      packet[6] = next;
      return Buffer.concat([packet.subarray(0, 40), Buffer.from(header, 'hex'), packet.subarray(40)]);
    };
    expect(raw(extended(0, '1100000000000000'))).toBe('udp');
    expect(raw(extended(60, `1101${'00'.repeat(14)}`))).toBe('udp');
    expect(raw(extended(44, '1100000000000001'))).toBe('udp'); // all of the packet in one fragment
    expect(raw(extended(44, '1100000100000001'))).toBe('fragment');
  });

  test('any bytes on any link are taken without harm', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 1, 12, 101, 113, 276),
        fc.uint8Array({maxLength: 120}),
        (linkType, bytes) => {
          readDatagram({at, linkType, bytes});
        },
      ),
    );
  });
});

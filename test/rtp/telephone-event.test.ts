import fc from 'fast-check';
import {expect, test} from 'vitest';
import {RtpHeader} from '../../firmware/rtp/packet.ts';
import {eventCode, TelephoneEventReceiver} from '../../firmware/rtp/telephone-event.ts';
import {TelephoneEventSender} from '../../firmware/rtp/telephone-event-sender.ts';

interface EventPacket {
  key: string;
  timestamp: number;
  duration: number;
  ended?: boolean;
  marker?: boolean;
  ssrc?: number;
}

function give(receiver: TelephoneEventReceiver, packet: EventPacket): string | undefined {
  const {key, timestamp, duration, ended = false, marker = false, ssrc = 1} = packet;
  const bytes = Uint8Array.of(eventCode(key)!, (ended ? 0x80 : 0) | 10, duration >> 8, duration & 0xff);
  const header = Object.assign(new RtpHeader(), {timestamp: timestamp >>> 0, marker, ssrc, payloadLength: 4});
  return receiver.receive(bytes, header);
}

function heard(packets: EventPacket[]): string {
  const receiver = new TelephoneEventReceiver();
  return packets.map((packet) => give(receiver, packet) ?? '').join('');
}

function pressed(key: string, timestamp: number): EventPacket[] {
  const durations = [160, 320, 480, 640, 800];
  return [
    ...durations.map((duration, index) => ({key, timestamp, duration, marker: index === 0})),
    ...[1, 2, 3].map(() => ({key, timestamp, duration: 800, ended: true})),
  ];
}

test('each key is told once, at its first packet', () => {
  expect(heard([...pressed('7', 1000), ...pressed('7', 3000), ...pressed('#', 5000)])).toBe('77#');
});

test.each([
  ['all end packets', (packets: EventPacket[]) => packets.filter(({ended}) => !ended)],
  ['all but the end packets', (packets: EventPacket[]) => packets.filter(({ended}) => ended)],
  ['the first packet', (packets: EventPacket[]) => packets.slice(1)],
])('without %s a key is told just the same', (_, without) => {
  expect(heard([...without(pressed('1', 0xfffffe00)), ...without(pressed('1', 2000))])).toBe('11');
});

test('packets of a key that come late are not a new press', () => {
  const first = pressed('4', 1000);
  const straggler = first.at(-1)!;
  expect(heard([...first, ...pressed('2', 3000), straggler, ...pressed('4', 5000)])).toBe('424');
});

test('the segments of one long press are one key', () => {
  expect(
    heard([
      {key: '9', timestamp: 0, duration: 160, marker: true},
      {key: '9', timestamp: 0, duration: 0xffff},
      {key: '9', timestamp: 0xffff, duration: 160},
      {key: '9', timestamp: 0xffff, duration: 320, ended: true},
    ]),
  ).toBe('9');
});

test('a sender whose timestamp runs on in an event is understood', () => {
  const packets = [160, 320, 480].map((duration, index) => ({
    key: '5',
    timestamp: index * 160,
    duration,
    marker: index === 0,
  }));
  expect(heard(packets)).toBe('5');
});

test('another sender may use any timestamp', () => {
  expect(heard([...pressed('1', 90000), ...pressed('2', 5).map((packet) => ({...packet, ssrc: 2}))])).toBe(
    '12',
  );
});

test('a sender that begins its timestamps anew, with the SSRC as it was, is heard', () => {
  expect(heard([...pressed('1', 900_000), ...pressed('2', 1_000), ...pressed('3', 4_000)])).toBe('123');
});

test('events that are no keys, and packets cut short, are ignored', () => {
  const receiver = new TelephoneEventReceiver();
  const header = Object.assign(new RtpHeader(), {payloadLength: 4});
  expect(receiver.receive(Uint8Array.of(16, 0, 0, 160), header)).toBeUndefined();
  header.payloadLength = 3;
  expect(receiver.receive(Uint8Array.of(1, 0, 0), header)).toBeUndefined();
});

test('any packets: nothing but keys comes out', () => {
  const packet = fc.record({
    timestamp: fc.nat(0xffffffff),
    marker: fc.boolean(),
    ssrc: fc.nat(2),
    bytes: fc.uint8Array({maxLength: 6}),
  });
  fc.assert(
    fc.property(fc.array(packet, {maxLength: 30}), (packets) => {
      const receiver = new TelephoneEventReceiver();
      for (const {bytes, ...fields} of packets) {
        const header = Object.assign(new RtpHeader(), fields, {payloadLength: bytes.length});
        const key = receiver.receive(bytes, header);
        if (key !== undefined) expect('0123456789*#ABCD').toContain(key);
      }
    }),
  );
});

/** Runs a sender for so many steps of 20 ms: the packets, undefined where sound goes out. */
function run(sender: TelephoneEventSender, steps: number, from = 0) {
  const bytes = new Uint8Array(4);
  return Array.from({length: steps}, (_, step) =>
    sender.step(bytes, 0, from + step * 160, 160)
      ? {
          marker: sender.marker,
          timestamp: sender.timestamp,
          code: bytes[0]!,
          ended: bytes[1]! > 0x7f,
          duration: (bytes[2]! << 8) | bytes[3]!,
        }
      : undefined,
  );
}

test('a key is five steps, then the end three times, all with the timestamp of its start', () => {
  const sender = new TelephoneEventSender();
  expect(sender.press('#')).toBe(true);
  const packets = run(sender, 9, 8000);
  expect(packets.slice(0, 8).map((packet) => packet?.duration)).toEqual([
    160, 320, 480, 640, 800, 800, 800, 800,
  ]);
  expect(packets.map((packet) => packet?.ended ?? '-')).toEqual([
    ...[false, false, false, false, false],
    ...[true, true, true, '-'],
  ]);
  expect(packets.slice(0, 8).every((packet) => packet?.timestamp === 8000 && packet.code === 11)).toBe(true);
  expect(packets.slice(0, 8).map((packet) => packet?.marker)).toEqual([true, ...Array(7).fill(false)]);
});

test('keys that wait follow after a pause, and the receiver hears each once', () => {
  const sender = new TelephoneEventSender();
  for (const key of '112*') sender.press(key);
  const receiver = new TelephoneEventReceiver();
  const keys = run(sender, 80).map((packet) =>
    packet === undefined ? '' : (give(receiver, {...packet, key: '0123456789*#ABCD'[packet.code]!}) ?? ''),
  );
  expect(keys.join('')).toBe('112*');
  expect(keys.indexOf('1')).toBe(0);
  expect(keys.indexOf('1', 1)).toBe(12);
});

test('what is no key is refused, and so are too many', () => {
  const sender = new TelephoneEventSender();
  for (const text of ['', 'x', '12', ' ']) expect(sender.press(text)).toBe(false);
  const taken = Array.from({length: 100}, () => sender.press('1')).filter((was) => was);
  expect(taken).toHaveLength(32);
});

import {createHmac, randomBytes} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {writeHeader} from '../../../firmware/rtp/packet.ts';
import {cryptoSuites, masterLength, type SuiteName} from '../../../firmware/rtp/srtp/crypto-suite.ts';
import {deriveKeys} from '../../../firmware/rtp/srtp/key-derivation.ts';
import {SrtcpReceiver, SrtcpSender} from '../../../firmware/rtp/srtp/srtcp.ts';
import {packetIndex, SrtpReceiver, SrtpSender} from '../../../firmware/rtp/srtp/srtp.ts';
import {SrtpSession} from '../../../firmware/rtp/srtp/srtp-session.ts';

const suites = Object.keys(cryptoSuites) as SuiteName[];
const suite = 'AES_CM_128_HMAC_SHA1_80';

function newKey(name: SuiteName = suite): Uint8Array {
  return Uint8Array.from(randomBytes(masterLength(name)));
}

/** A packet of 160 bytes that are all `value`. */
function packetOf(sequenceNumber: number, value = 7, ssrc = 5): Uint8Array {
  const bytes = new Uint8Array(172).fill(value);
  writeHeader(bytes, false, 0, sequenceNumber, sequenceNumber * 160, ssrc);
  return bytes;
}

/** Both ends of one direction. */
function pair(key = newKey()) {
  const [sender, receiver] = [new SrtpSender(suite, key), new SrtpReceiver(suite, key)];
  const wire = (sequenceNumber: number, value?: number) =>
    sender.protect(packetOf(sequenceNumber, value)).slice();
  return {wire, receiver};
}

describe.each(suites)('%s', (name) => {
  test('what is protected is opened, and nothing of it is readable between', () => {
    const key = newKey(name);
    const [sender, receiver] = [new SrtpSender(name, key), new SrtpReceiver(name, key)];
    const packet = packetOf(100);
    const wire = sender.protect(packet).slice();
    expect(wire.length).toBe(packet.length + cryptoSuites[name].tagLength);
    expect(wire.subarray(0, 12)).toEqual(packet.subarray(0, 12));
    expect(wire.subarray(12, 172).filter((byte) => byte === 7).length).toBeLessThan(20);
    expect(receiver.unprotect(wire)).toEqual(packet);
  });

  test('one changed bit anywhere, and it is refused', () => {
    const key = newKey(name);
    const sender = new SrtpSender(name, key);
    const wire = sender.protect(packetOf(100)).slice();
    for (let at = 0; at < wire.length; at += 3) {
      const changed = wire.slice();
      changed[at]! ^= 1 << (at & 7);
      expect(new SrtpReceiver(name, key).unprotect(changed)).toBeUndefined();
    }
    expect(new SrtpReceiver(name, newKey(name)).unprotect(wire.slice())).toBeUndefined();
  });
});

test('the tag is an HMAC over packet and rollover counter', () => {
  const key = newKey();
  const wire = new SrtpSender(suite, key).protect(packetOf(100));
  const {authentication} = deriveKeys(key, 'rtp');
  const digest = createHmac('sha1', authentication).update(wire.subarray(0, 172)).update(Buffer.alloc(4));
  expect(Buffer.from(wire.subarray(172))).toEqual(digest.digest().subarray(0, 10));
});

test('a packet is taken once, whatever came between; a very old one never', () => {
  const {wire, receiver} = pair();
  const packets = Array.from({length: 300}, (_, index) => wire(index));
  const open = (index: number) => receiver.unprotect(packets[index]!.slice()) !== undefined;
  expect(open(10)).toBe(true);
  expect(open(10)).toBe(false);
  expect(open(5)).toBe(true);
  expect(open(5)).toBe(false);
  expect(open(100)).toBe(true);
  expect(open(10)).toBe(false);
  expect(open(299)).toBe(true);
  expect(open(100)).toBe(false);
  expect(open(171)).toBe(false);
  expect(open(172)).toBe(true);
  expect(open(172)).toBe(false);
});

test('the window never admits a packet twice, in any order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: 0, max: 400}), {maxLength: 60}), (order) => {
      const {wire, receiver} = pair();
      const packets = Array.from({length: 401}, (_, index) => wire(index));
      const taken = new Set<number>();
      for (const index of order) {
        if (receiver.unprotect(packets[index]!.slice()) === undefined) continue;
        expect(taken.has(index)).toBe(false);
        taken.add(index);
      }
      expect(taken.size > 0).toBe(order.length > 0);
    }),
    {numRuns: 20},
  );
});

test('sequence numbers wrap, also with losses and disorder around', () => {
  const {wire, receiver} = pair();
  const numbers = [32_000, 50_000, 65_000, 65_534, 65_535, 0, 1, 20_000, 40_000, 60_000, 3];
  const packets = numbers.map((number) => wire(number));
  for (const at of [0, 1, 2, 3, 5, 4, 6, 7, 8, 9, 10]) {
    expect(receiver.unprotect(packets[at]!.slice())?.[12]).toBe(7);
  }
});

test('the index nearest to the newest is meant (RFC 3711 section 3.3.1)', () => {
  expect(packetIndex(-1, 40_000)).toBe(40_000);
  expect(packetIndex(65_535, 0)).toBe(65_536);
  expect(packetIndex(65_536, 65_535)).toBe(65_535);
  expect(packetIndex(10, 65_535)).toBe(-1);
  expect(packetIndex(5 * 65_536 + 40_000, 3)).toBe(6 * 65_536 + 3);
});

test('senders are told apart by SSRC', () => {
  const key = newKey();
  const receiver = new SrtpReceiver(suite, key);
  for (let ssrc = 1; ssrc <= 20; ssrc++) {
    const wire = new SrtpSender(suite, key).protect(packetOf(9, 7, ssrc)).slice();
    expect(receiver.unprotect(wire.slice())).toBeDefined();
    expect(receiver.unprotect(wire.slice())).toBeUndefined();
  }
});

test('a packet with sources, extension and padding', () => {
  const key = newKey();
  const bytes = Uint8Array.from(randomBytes(60));
  bytes.set([0xb1, 0], 0);
  bytes.set([0, 2], 18);
  bytes[59] = 4;
  const opened = new SrtpReceiver(suite, key).unprotect(new SrtpSender(suite, key).protect(bytes).slice());
  expect(opened).toEqual(bytes);
});

test('SRTCP: opened once, with the right key, unchanged and encrypted', () => {
  const key = newKey();
  const [sender, receiver] = [new SrtcpSender(key), new SrtcpReceiver(key)];
  const compound = Uint8Array.from(
    Buffer.from('80c9000100000005', 'hex').toString('latin1').repeat(4),
    (text) => text.charCodeAt(0),
  );
  const wire = sender.protect(compound).slice();
  expect(wire.length).toBe(compound.length + 14);
  expect([...wire.subarray(compound.length, compound.length + 4)]).toEqual([0x80, 0, 0, 1]);
  expect(receiver.unprotect(wire.slice())).toEqual(compound);
  expect(receiver.unprotect(wire.slice())).toBeUndefined();
  for (let at = 0; at < wire.length; at++) {
    const changed = wire.slice();
    changed[at]! ^= 0x80;
    expect(new SrtcpReceiver(key).unprotect(changed)).toBeUndefined();
  }
  expect(new SrtcpReceiver(newKey()).unprotect(wire.slice())).toBeUndefined();
  expect(receiver.unprotect(sender.protect(compound).slice())).toEqual(compound);
});

test('any bytes are refused without harm', () => {
  const key = newKey();
  const [receiver, control] = [new SrtpReceiver(suite, key), new SrtcpReceiver(key)];
  const hostile = fc.uint8Array({maxLength: 200}).map((bytes) => {
    if (bytes.length > 0) bytes[0] = 0x80 | (bytes[0]! & 0x3f);
    return bytes;
  });
  fc.assert(
    fc.property(hostile, (bytes) => {
      expect(receiver.unprotect(bytes)).toBeUndefined();
      expect(control.unprotect(bytes)).toBeUndefined();
    }),
  );
  expect(receiver.unprotect(new Uint8Array(65_507).fill(0x80))).toBeUndefined();
  expect(control.unprotect(new Uint8Array(65_507).fill(0x80))).toBeUndefined();
});

test('a key that is agreed on again goes on; a new one starts', () => {
  const [one, two] = [newKey(), newKey()];
  const session = new SrtpSession({suite, localKey: one, remoteKey: two});
  const first = session.protect(packetOf(65_535)).slice();
  session.update({suite, localKey: one.slice(), remoteKey: newKey()});
  const second = session.protect(packetOf(0)).slice();
  const there = new SrtpReceiver(suite, one);
  expect(there.unprotect(first)).toBeDefined();
  expect(there.unprotect(second)).toBeDefined();
  const incoming = new SrtpSender(suite, two);
  expect(session.unprotect(incoming.protect(packetOf(1)).slice())).toBeUndefined();
  session.update({suite, localKey: one, remoteKey: two});
  expect(session.unprotect(incoming.protect(packetOf(2)).slice())).toBeDefined();
});

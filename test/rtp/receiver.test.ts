import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {AudioStream} from '../../firmware/rtp/audio-stream.ts';
import {nothingDropped} from '../../firmware/rtp/dropped-packets.ts';
import {headerLength, writeHeader} from '../../firmware/rtp/packet.ts';
import {RtpReceiver} from '../../firmware/rtp/receiver.ts';

const remote = {address: '192.0.2.1', port: 4000};
const stream: AudioStream = {
  remote,
  codec: 'PCMU',
  payloadType: 0,
  telephoneEvent: 97,
  direction: 'sendrecv',
  packetTime: 20,
  rtcp: {multiplexed: false, address: undefined, port: 4001, voipMetrics: false},
  security: undefined,
};

class Recorder {
  sounds: number[] = [];
  codecs: string[] = [];
  noises: number[] = [];
  senderChanges = 0;
  digits = '';
  onSound(_bytes: Uint8Array, {sequenceNumber}: {sequenceNumber: number}, codec: string): void {
    this.sounds.push(sequenceNumber);
    this.codecs.push(codec);
  }
  onNoise(_bytes: Uint8Array, {sequenceNumber}: {sequenceNumber: number}): void {
    this.noises.push(sequenceNumber);
  }
  onSenderChanged(): void {
    this.senderChanges++;
  }
  onDigit(key: string): void {
    this.digits += key;
  }
}

function packet(sequenceNumber: number, {payloadType = 0, ssrc = 1, payload = [1, 2]} = {}): Uint8Array {
  const bytes = new Uint8Array(headerLength + payload.length);
  writeHeader(bytes, false, payloadType, sequenceNumber, sequenceNumber * 160, ssrc);
  bytes.set(payload, headerLength);
  return bytes;
}

function receiverOf(update: AudioStream | undefined = stream) {
  const recorder = new Recorder();
  const receiver = new RtpReceiver(8000, recorder);
  if (update !== undefined) receiver.update(update, 0);
  const receive = (bytes: Uint8Array, from = remote, now = 0) =>
    receiver.receive(bytes, from.address, from.port, now);
  return {recorder, receiver, receive};
}

test('before anything is negotiated every packet is dropped', () => {
  const recorder = new Recorder();
  const receiver = new RtpReceiver(8000, recorder);
  receiver.receive(packet(1), remote.address, remote.port, 0);
  expect(recorder.sounds).toEqual([]);
  expect(receiver.dropped).toEqual({...nothingDropped, early: 1});
  expect(receiver.heard).toBeUndefined();
});

test('payload types of all that was offered, and those of the answer where it has others', () => {
  const {recorder, receive} = receiverOf({
    ...stream,
    receives: {
      formats: [
        {codec: 'PCMA', payloadType: 8},
        {codec: 'G722', payloadType: 9},
      ],
      telephoneEvent: 101,
    },
  });
  const event = (sequenceNumber: number, payloadType: number, key: number) => {
    const bytes = packet(sequenceNumber, {payloadType, payload: [key, 0x80, 0, 160]});
    receive(bytes);
  };
  receive(packet(1, {payloadType: 0}));
  receive(packet(2, {payloadType: 8}));
  receive(packet(6, {payloadType: 9}));
  receive(packet(7, {payloadType: 3}));
  event(3, 101, 7);
  event(4, 97, 8);
  event(5, 96, 9);
  expect(recorder.sounds).toEqual([1, 2, 6]);
  expect(recorder.codecs).toEqual(['PCMU', 'PCMA', 'G722']);
  expect(recorder.digits).toBe('78');
});

test('sound comes through once', () => {
  const {recorder, receiver, receive} = receiverOf();
  for (const number of [1, 2, 2, 3, 1]) receive(packet(number), remote, 50);
  expect(recorder.sounds).toEqual([1, 2, 3]);
  expect(receiver.reception.duplicates).toBe(2);
  expect(receiver.heard).toBe(50);
});

test('strangers, garbage and RTCP are dropped, counted by reason, and are nothing heard', () => {
  const {recorder, receiver, receive} = receiverOf();
  receive(packet(1), {address: '198.51.100.1', port: 4000});
  receive(Uint8Array.of(0x80, 200, 0, 1));
  receive(new Uint8Array(0));
  expect(recorder.sounds).toEqual([]);
  expect(receiver.dropped).toEqual({...nothingDropped, address: 1, malformed: 2});
  expect(receiver.heard).toBeUndefined();
});

test('keys come on the payload type that was negotiated, whatever their SSRC', () => {
  const {recorder, receive} = receiverOf();
  receive(packet(1));
  receive(packet(2, {payloadType: 97, payload: [7, 10, 0, 160]}));
  receive(packet(2, {payloadType: 97, payload: [7, 10, 0, 160]}));
  receive(packet(900, {payloadType: 97, ssrc: 2, payload: [11, 10, 0, 160]}));
  receive(packet(3, {payloadType: 101, payload: [9, 10, 0, 160]}));
  expect(recorder.digits).toBe('7#');
  expect(recorder.senderChanges).toBe(0);
});

test('a packet of another payload type is neither received nor lost, but dropped', () => {
  const {recorder, receiver, receive} = receiverOf();
  receive(packet(1));
  receive(packet(2, {payloadType: 14}));
  receive(packet(3));
  expect(recorder.sounds).toEqual([1, 3]);
  expect(receiver.reception).toMatchObject({received: 2, arrived: 3, lost: 0, lostOfSender: 0});
  expect(receiver.dropped).toEqual({...nothingDropped, payloadType: 1});
});

test('comfort noise comes on the number that was negotiated, and on its static one where none was', () => {
  for (const [comfortNoise, sent] of [
    [undefined, 13],
    [98, 98],
  ] as const) {
    const {recorder, receiver, receive} = receiverOf({...stream, comfortNoise});
    receive(packet(1));
    receive(packet(2, {payloadType: sent}));
    expect(receiver.pausing).toBe(true);
    receive(packet(2, {payloadType: sent}));
    receive(packet(3, {payloadType: 14}));
    expect(recorder.noises).toEqual([2]);
    receive(packet(4));
    expect(receiver.pausing).toBe(false);
    expect(receiver.reception).toMatchObject({received: 3, lost: 0, duplicates: 1});
  }
});

test('a change of SSRC is survived, a stray packet is none', () => {
  const {recorder, receive} = receiverOf();
  receive(packet(1), remote, 0);
  receive(packet(500, {ssrc: 9}), remote, 10);
  receive(packet(2), remote, 20);
  expect(recorder.senderChanges).toBe(0);
  for (const number of [700, 701, 702, 703]) receive(packet(number, {ssrc: 8}), remote, 20 * (number - 698));
  expect(recorder.senderChanges).toBe(1);
  expect(recorder.sounds).toEqual([1, 2, 702, 703]);
});

test('a stranger who sends while the sender does takes nothing over, however fast', () => {
  const {recorder, receiver, receive} = receiverOf();
  for (let step = 0; step < 100; step++) {
    receive(packet(step), remote, 20 * step);
    for (let part = 0; part < 20; part++) {
      receive(packet(9000 + 20 * step + part, {ssrc: 66}), remote, 20 * step + part);
    }
  }
  expect(recorder.senderChanges).toBe(0);
  expect(recorder.sounds).toHaveLength(100);
  expect(receiver.dropped.ssrc).toBe(2000);
});

test('any datagrams from anywhere are survived', () => {
  const like = fc
    .tuple(fc.constantFrom(0, 97, 200), fc.uint8Array({maxLength: 30}))
    .map(([type, rest]) => Uint8Array.of(0x80, type, ...rest));
  const datagram = fc.oneof(fc.uint8Array({maxLength: 60}), like);
  fc.assert(
    fc.property(fc.array(fc.tuple(datagram, fc.integer({min: 3999, max: 4001}))), (datagrams) => {
      const {receiver, receive} = receiverOf();
      for (const [bytes, port] of datagrams) receive(bytes, {address: remote.address, port});
      const {received, lost} = receiver.reception;
      const dropped = Object.values(receiver.dropped).reduce((sum, count) => sum + count, 0);
      expect(received + dropped).toBeLessThanOrEqual(datagrams.length);
      expect(lost).toBeGreaterThanOrEqual(0);
    }),
  );
});

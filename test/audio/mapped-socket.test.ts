import {expect, test} from 'vitest';
import {bindMapped} from '../../firmware/audio/mapped-socket.ts';
import type {OnDatagram, RtpSocket} from '../../firmware/audio/rtp-socket.ts';
import type {SocketAddress} from '../../firmware/rtp/audio-stream.ts';
import {mappedTo} from '../stun/fake-server.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {seededBytes} from '../support/fake-network.ts';

const server: SocketAddress = {address: '198.51.100.1', port: 3478};
const mapped: SocketAddress = {address: '203.0.113.7', port: 40_001};

class FakeSocket implements RtpSocket {
  readonly port = 16_384;
  readonly sent: {bytes: Uint8Array; to: SocketAddress}[] = [];
  connected = false;
  closed = false;
  send(bytes: Uint8Array, to: SocketAddress): void {
    this.sent.push({bytes, to});
  }
  connect(): void {
    this.connected = true;
  }
  disconnect(): void {
    this.connected = false;
  }
  close(): void {
    this.closed = true;
  }
}

/** Binds on a fake clock; the STUN request has been sent when this resolves. */
async function scene() {
  const clock = new FakeClock();
  const socket = new FakeSocket();
  const heard: number[] = [];
  let arrive: OnDatagram = () => {};
  const sockets = bindMapped(
    {
      server,
      clock,
      random: seededBytes(2),
      async bind(onRtp) {
        arrive = onRtp;
        return {rtp: socket, rtcp: new FakeSocket()};
      },
    },
    (bytes) => heard.push(bytes[0]!),
  );
  while (socket.sent.length === 0) await Promise.resolve();
  const answer = () => arrive(mappedTo(socket.sent.at(-1)!.bytes, mapped), server.address, server.port);
  return {
    clock,
    socket,
    sockets,
    heard,
    answer,
    arrive: (bytes: Uint8Array) => arrive(bytes, '192.0.2.9', 9),
  };
}

test('the mapped address; RTP goes its own way meanwhile', async () => {
  const {socket, sockets, heard, answer, arrive} = await scene();
  expect(socket.sent[0]?.to).toEqual(server);
  arrive(Uint8Array.of(0x80, 0));
  answer();
  expect((await sockets).mapped).toEqual(mapped);
  expect(heard).toEqual([0x80]);
});

test('no answer: 300 ms and no longer', async () => {
  const {clock, socket, sockets} = await scene();
  clock.advance(300);
  expect((await sockets).mapped).toBeUndefined();
  expect(socket.sent).toHaveLength(2);
});

test('the mapping is kept until the socket is tied to the other side', async () => {
  const {clock, socket, sockets, answer} = await scene();
  answer();
  const {rtp} = await sockets;
  for (let round = 2; round <= 4; round++) {
    clock.advance(20_000);
    answer();
    expect(socket.sent).toHaveLength(round);
  }
  rtp.connect({address: '192.0.2.9', port: 9});
  clock.advance(60_000);
  expect(socket.sent).toHaveLength(4);
  rtp.close();
  expect([socket.closed, clock.pending]).toEqual([true, 0]);
});

import {expect, test} from 'vitest';
import {bindMapped} from '../../firmware/audio/mapped-socket.ts';
import type {OnDatagram, RtpSocket} from '../../firmware/audio/rtp-socket.ts';
import type {SocketAddress} from '../../firmware/rtp/audio-stream.ts';
import {mappedTo} from '../stun/fake-server.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {seededBytes} from '../support/fake-network.ts';

const server: SocketAddress = {address: '198.51.100.1', port: 3478};
const mapped: SocketAddress = {address: '203.0.113.7', port: 40_001};
const mappedRtcp: SocketAddress = {address: '203.0.113.7', port: 40_777};

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
  const control = new FakeSocket();
  const heard: number[] = [];
  const reports: number[] = [];
  let arrive: OnDatagram = () => {};
  let arriveControl: OnDatagram = () => {};
  const sockets = bindMapped(
    {
      server,
      clock,
      random: seededBytes(2),
      async bind(onRtp, onRtcp) {
        arrive = onRtp;
        arriveControl = onRtcp;
        return {rtp: socket, rtcp: control};
      },
    },
    (bytes) => heard.push(bytes[0]!),
    (bytes) => reports.push(bytes[1]!),
  );
  while (socket.sent.length === 0) await Promise.resolve();
  const answer = () => arrive(mappedTo(socket.sent.at(-1)!.bytes, mapped), server.address, server.port);
  const answerControl = () =>
    arriveControl(mappedTo(control.sent.at(-1)!.bytes, mappedRtcp), server.address, server.port);
  return {
    clock,
    socket,
    sockets,
    control,
    heard,
    reports,
    answer,
    answerControl,
    arrive: (bytes: Uint8Array) => arrive(bytes, '192.0.2.9', 9),
    arriveControl: (bytes: Uint8Array) => arriveControl(bytes, '192.0.2.9', 10),
  };
}

test('the mapped addresses; RTP and RTCP go their own ways meanwhile', async () => {
  const {socket, control, sockets, heard, reports, answer, answerControl, arrive, arriveControl} =
    await scene();
  expect([socket.sent[0]?.to, control.sent[0]?.to]).toEqual([server, server]);
  arrive(Uint8Array.of(0x80, 0));
  arriveControl(Uint8Array.of(0x80, 200));
  answerControl();
  answer();
  expect(await sockets).toMatchObject({mapped, mappedRtcp});
  expect([heard, reports]).toEqual([[0x80], [200]]);
});

test('only one is answered: that one is known', async () => {
  const {clock, sockets, answer} = await scene();
  answer();
  clock.advance(300);
  expect(await sockets).toMatchObject({mapped, mappedRtcp: undefined});
});

test('no answer: 300 ms and no longer', async () => {
  const {clock, socket, sockets} = await scene();
  clock.advance(300);
  expect((await sockets).mapped).toBeUndefined();
  expect(socket.sent).toHaveLength(2);
});

test('the mapping is kept until the socket is tied to the other side', async () => {
  const {clock, socket, control, sockets, answer, answerControl} = await scene();
  answer();
  answerControl();
  const {rtp, rtcp} = await sockets;
  for (let round = 2; round <= 4; round++) {
    clock.advance(20_000);
    answer();
    answerControl();
    expect([socket.sent.length, control.sent.length]).toEqual([round, round]);
  }
  rtp.connect({address: '192.0.2.9', port: 9});
  clock.advance(60_000);
  expect(socket.sent).toHaveLength(4);
  rtp.close();
  rtcp.close();
  expect([socket.closed, control.closed, clock.pending]).toEqual([true, true, 0]);
});

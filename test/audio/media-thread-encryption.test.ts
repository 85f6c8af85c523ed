import {expect, test} from 'vitest';
import {headerLength} from '../../firmware/rtp/packet.ts';
import {packetType} from '../../firmware/rtp/rtcp/compound.ts';
import type {StreamSecurity} from '../../firmware/rtp/srtp/crypto-suite.ts';
import {SrtpSession} from '../../firmware/rtp/srtp/srtp-session.ts';
import {Bench, frame, noRtcp, peer, senderReport, soundOf, stream} from './media-bench.ts';

const security: StreamSecurity = {
  suite: 'AES_CM_128_HMAC_SHA1_80',
  localKey: new Uint8Array(30).fill(1),
  remoteKey: new Uint8Array(30).fill(2),
};

test('an encrypted stream: nothing readable goes out, nothing but genuine packets is heard or believed', async () => {
  const bench = new Bench();
  const socket = await bench.talk({security});
  const there = new SrtpSession({...security, localKey: security.remoteKey, remoteKey: security.localKey});
  const wrong = new SrtpSession({...security, localKey: security.localKey});
  const from = (bytes: Uint8Array, address = peer.address) => socket.onDatagram(bytes, address, peer.port);
  for (let step = 0; step < 20; step++) {
    bench.step(988);
    from(bench.packet(8000));
    from(wrong.protect(bench.packet(8000)).slice());
  }
  expect(bench.card.played.every((sample) => sample === 0)).toBe(true);
  expect(bench.statistics(1)).toMatchObject({sent: 20, received: 0, dropped: {authentication: 40}});
  expect(there.unprotect(socket.sent[9]!.bytes.slice())?.length).toBe(headerLength + frame);
  expect(soundOf(there.unprotect(socket.sent[10]!.bytes)!)).toBe(988);

  const replayed: Uint8Array[] = [];
  for (let step = 0; step < 20; step++) {
    const packet = there.protect(bench.packet(460)).slice();
    replayed.push(packet.slice());
    from(packet);
    bench.step(988);
  }
  for (const packet of replayed) from(packet, '203.0.113.9');
  expect(bench.card.played.at(-1)).toBe(460);
  expect(bench.statistics(1)).toMatchObject({received: 20});
  expect(socket.sent.at(-1)!.to).toEqual(peer);
});

test('reports of an encrypted stream are encrypted, and only such are believed', async () => {
  const bench = new Bench();
  await bench.talk({security});
  const control = bench.controlSockets[0]!;
  const there = new SrtpSession({...security, localKey: security.remoteKey, remoteKey: security.localKey});
  for (let step = 0; step < 100; step++) bench.step(0);
  const report = there.unprotectControl(control.sent[0]!.bytes)!;
  expect(report[1]).toBe(packetType.senderReport);
  const ours = new DataView(report.buffer).getUint32(4);
  control.onDatagram(senderReport(ours), peer.address, peer.port + 1);
  expect(bench.statistics(1)).toMatchObject({...noRtcp, dropped: {report: 1}});
  control.onDatagram(there.protectControl(senderReport(ours)).slice(), peer.address, peer.port + 1);
  expect(bench.statistics(1)).toMatchObject({remoteLost: 3});
});

test('back from a hold without encryption the same key goes on', async () => {
  const bench = new Bench();
  const socket = await bench.talk({security});
  const there = new SrtpSession({...security, localKey: security.remoteKey, remoteKey: security.localKey});
  bench.step(988);
  bench.do({kind: 'update', session: 1, stream});
  for (let step = 0; step < 3; step++) bench.step(988);
  expect(soundOf(socket.sent[3]!.bytes)).toBe(988);
  bench.do({kind: 'update', session: 1, stream: {...stream, security}});
  bench.step(988);
  const opened = [0, 4].map((index) => there.unprotect(socket.sent[index]!.bytes.slice()));
  expect(opened.map((packet) => packet?.length)).toEqual([172, 172]);
});

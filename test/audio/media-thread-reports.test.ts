import {expect, test} from 'vitest';
import {packetType, splitCompound} from '../../firmware/rtp/rtcp/compound.ts';
import {findVoipMetrics} from '../../firmware/rtp/rtcp/voip-metrics.ts';
import {Bench, noRtcp, peer, senderReport, stream} from './media-bench.ts';

test('reports go from the second port to the port after that of RTP; what comes back shows in the figures', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const control = bench.controlSockets[0]!;
  for (let step = 0; step < 100; step++) bench.step(0, {socket, sample: 460});
  expect(control.sent).toHaveLength(1);
  expect(control.sent[0]!.to).toEqual({address: peer.address, port: peer.port + 1});
  expect(control.sent[0]!.bytes[1]).toBe(packetType.senderReport);
  expect(bench.statistics(1)).toMatchObject(noRtcp);

  const ours = new DataView(control.sent[0]!.bytes.buffer).getUint32(4);
  control.onDatagram(senderReport(ours), '203.0.113.9', peer.port + 1);
  control.onDatagram(senderReport(ours).subarray(0, 7), peer.address, peer.port + 1);
  expect(bench.statistics(1)).toMatchObject({...noRtcp, dropped: {report: 2}});
  control.onDatagram(senderReport(ours), peer.address, peer.port + 1);
  expect(bench.statistics(1)).toMatchObject({remoteLost: 3, remoteJitterMs: 2, roundTripMs: null});

  bench.do({kind: 'close-session', session: 1});
  expect(control.sent).toHaveLength(2);
  expect(control.sent[1]!.bytes.at(-7)).toBe(packetType.goodbye);
  expect(control.closed).toBe(true);
});

test('with rtcp-mux reports share the port of RTP, both ways', async () => {
  const bench = new Bench();
  const socket = await bench.talk({
    rtcp: {multiplexed: true, address: undefined, port: 7001, voipMetrics: false},
  });
  for (let step = 0; step < 100; step++) bench.step(0, {socket, sample: 460});
  expect(bench.controlSockets[0]!.sent).toEqual([]);
  const reports = socket.sent.filter(({bytes}) => bytes[1] === packetType.senderReport);
  expect(reports.map(({to}) => to)).toEqual([peer]);
  const ours = new DataView(reports[0]!.bytes.buffer).getUint32(4);
  bench.controlSockets[0]!.onDatagram(senderReport(ours), peer.address, peer.port + 1);
  expect(bench.statistics(1)).toMatchObject(noRtcp);
  socket.onDatagram(senderReport(ours), peer.address, peer.port);
  expect(bench.statistics(1)).toMatchObject({remoteLost: 3, received: 100});
});

test('behind a NAT reports follow the sound to where it comes from', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const [control] = bench.controlSockets;
  const real = {address: '203.0.113.1', port: 55_555};
  for (let step = 0; step < 100; step++) bench.step(0, {socket, sample: 460, from: real});
  expect(control!.sent[0]!.to).toEqual({address: real.address, port: 55_556});
  control!.onDatagram(senderReport(0), real.address, 1234);
  for (let step = 0; step < 400; step++) bench.step(0, {socket, sample: 460, from: real});
  expect(control!.sent[1]!.to).toEqual({address: real.address, port: 1234});
});

test('nobody who wants no reports gets any', async () => {
  const bench = new Bench();
  await bench.talk({rtcp: {multiplexed: false, address: undefined, port: 0, voipMetrics: false}});
  for (let step = 0; step < 500; step++) bench.step(0);
  bench.do({kind: 'close-session', session: 1});
  expect(bench.controlSockets[0]!.sent).toEqual([]);
});

test('who pauses in comfort noise is still there as long as reports come, and gone when none do', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const noise = bench.packet(0);
  noise[1] = 13;
  socket.onDatagram(noise, peer.address, peer.port);
  const told = () => bench.reported('silence').map(({seconds}) => seconds);
  for (let step = 0; step < 1500; step++) {
    if (step % 150 === 0) bench.controlSockets[0]!.onDatagram(senderReport(0), peer.address, peer.port + 1);
    bench.step(0);
  }
  expect(told()).toEqual([]);
  for (let step = 0; step < 600; step++) bench.step(0);
  expect(told()).toEqual([4, 10]);
});

test('packets that had to be left out after a stall are told of as discarded, and in a row', async () => {
  const bench = new Bench();
  const socket = await bench.talk({rtcp: {...stream.rtcp, voipMetrics: true}});
  const held: Uint8Array[] = [];
  const stalls = 10;
  for (let step = 0; step < 250 * stalls; step++) {
    held.push(bench.packet(4000));
    if (step % 250 >= 120 && step % 250 < 140) bench.step(0);
    else {
      for (const bytes of held.splice(0)) socket.onDatagram(bytes, peer.address, peer.port);
      bench.step(0);
    }
  }
  const {late, received, burstRatio} = bench.statistics(1)!;
  const inARow = late / stalls;
  expect(inARow).toBeGreaterThan(10);
  expect(burstRatio / (inARow * (1 - late / received))).toBeCloseTo(1, 1);
  const report = splitCompound(bench.controlSockets[0]!.sent.at(-1)!.bytes);
  if (typeof report === 'string') throw new Error(report);
  const extended = report.find(({type}) => type === packetType.extendedReport)!;
  const {lossRate, discardRate} = findVoipMetrics(extended.body, 5)!;
  expect(lossRate).toBe(0);
  expect(discardRate / 256).toBeCloseTo(late / received, 2);
});

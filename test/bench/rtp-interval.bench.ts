import {MediaEngine} from '../../firmware/audio/media-engine.ts';
import {freePorts} from '../support/ports.ts';
import {callBaresip} from './baresip-call.ts';
import type {BenchRow} from './bench-row.ts';
import {intervalError, PacketTimes} from './packet-times.ts';

const worker = new URL('../../firmware/media-main.ts', import.meta.url);
/** How long each case is measured, in ms. */
const measured = 10_000;
/** What the control thread does in the second case: busy for so many ms of every 100. */
const blocked = 15;
const goal = 0.2;

/** A session of ours that sends to `port`. */
async function callOurselves(port: number): Promise<MediaEngine> {
  const ports = await freePorts(4);
  const engine = await MediaEngine.start({
    worker,
    microphone: 'silence',
    speaker: 'discard',
    echo: 'off',
    tones: 'eu',
    sounds: {},
    volumes: {speech: 100, sounds: 100},
    ports,
  });
  const session = await engine.open('127.0.0.1');
  session.update({
    remote: {address: '127.0.0.1', port},
    codec: 'PCMU',
    payloadType: 0,
    telephoneEvent: undefined,
    direction: 'sendrecv',
    packetTime: 20,
    rtcp: {multiplexed: false, address: undefined, port: port + 1, voipMetrics: false},
    security: undefined,
  });
  engine.attach(session);
  return engine;
}

/** Lets `measured` ms pass, with the control thread busy for `busy` ms of each 100. */
async function pass(busy: number): Promise<void> {
  const end = performance.now() + measured;
  while (performance.now() < end) {
    const until = performance.now() + busy;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 100 - busy));
  }
}

function row(name: string, figure: number, anchor: number | null): BenchRow {
  return {
    name: `RTP interval error p99, ${name}`,
    figure,
    unit: 'ms',
    anchor,
    ratio: anchor === null ? null : anchor / figure,
    goal: `<= ${goal} ms, no worse than baresip`,
    met: figure <= goal && (anchor === null || figure <= anchor),
  };
}

/** How evenly our packets leave, beside those of a baresip in a call at the same time. */
export async function run(): Promise<BenchRow[]> {
  const ours = new PacketTimes();
  const theirs = new PacketTimes();
  const engine = await callOurselves(ours.port);
  const baresip = await callBaresip(theirs.port);
  const rows: BenchRow[] = [];
  for (const [name, busy] of [
    ['idle', 0],
    [`control thread blocked ${blocked} of every 100 ms`, blocked],
  ] as const) {
    // Starting up is no part of it.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    ours.take();
    theirs.take();
    await pass(busy);
    const anchor = baresip === undefined ? null : intervalError(theirs.take());
    rows.push(row(name, intervalError(ours.take()), anchor));
  }
  await baresip?.end();
  await engine.close();
  ours.close();
  theirs.close();
  return rows;
}

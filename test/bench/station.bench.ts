import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {createResponse} from '../../firmware/sip/message/create.ts';
import {parseMessage} from '../../firmware/sip/message/parse.ts';
import {writeMessage} from '../../firmware/sip/message/write.ts';
import {programs} from '../../tools/setup/programs.ts';
import {Baresip} from '../support/peers/baresip.ts';
import type {Run} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';
import type {BenchRow} from './bench-row.ts';
import {openRun} from './bench-run.ts';
import {memory, processorTime} from './process-figures.ts';

const bundle = fileURLToPath(new URL('../../build/firmware/cli.js', import.meta.url));
const presses = 40;
/** Longer than the time in which a second press is taken for the same finger. */
const betweenPresses = 700;
const starts = 7;
const measuredSeconds = 8;

/** The bundled firmware as a whole process: how soon it is there, how soon it calls, what it takes. */
export async function run(): Promise<BenchRow[]> {
  const {run: surroundings, end} = openRun();
  try {
    return [
      await startToReady(surroundings),
      ...(await pressToInvite(surroundings)),
      ...(await inACall(surroundings)),
    ];
  } finally {
    await end();
  }
}

function start(surroundings: Run, settings: Parameters<typeof TestStation.start>[1]): Promise<TestStation> {
  const cache = {NODE_COMPILE_CACHE: join(surroundings.folder, 'compile-cache')};
  return TestStation.start(surroundings, settings, {environment: cache, program: bundle});
}

/** From the start of the process until it takes calls and presses: the median of several, the first of which fills the compile cache. */
async function startToReady(surroundings: Run): Promise<BenchRow> {
  const times: number[] = [];
  for (let count = 0; count <= starts; count++) {
    const began = performance.now();
    const station = await start(surroundings, {});
    if (count > 0) times.push(performance.now() - began);
    await station.stop();
  }
  const figure = percentile(times, 50);
  return {
    name: 'start to ready, median',
    figure,
    unit: 'ms',
    anchor: null,
    ratio: null,
    goal: 'told, not judged',
    met: true,
  };
}

/** A phone that is always busy: each press leads to an INVITE, and each call is over at once. */
async function pressToInvite(surroundings: Run): Promise<BenchRow[]> {
  const phone = createSocket('udp4').bind(0, '127.0.0.1');
  await once(phone, 'listening');
  surroundings.atEnd(() => void phone.close());
  phone.on('message', (bytes, {port, address}) => {
    const parsed = parseMessage(bytes);
    if (!parsed.ok || parsed.value.kind !== 'request' || parsed.value.method !== 'INVITE') return;
    phone.send(writeMessage(createResponse(parsed.value, 486, undefined, 'busy')), port, address);
  });

  const station = await start(surroundings, {
    buttons: [{name: 'bell', input: 'button-1', call: [`sip:busy@127.0.0.1:${phone.address().port}`]}],
  });
  for (let count = 0; count < presses; count++) {
    await station.press();
    await pause(betweenPresses);
  }
  const calls = await station.get<{pressToInviteMs: number | null}[]>('/api/calls');
  const times = calls.flatMap(({pressToInviteMs}) => pressToInviteMs ?? []);
  await station.stop();
  const row = (name: string, figure: number): BenchRow => {
    return {
      name,
      figure,
      unit: 'ms',
      anchor: null,
      ratio: null,
      goal: '<= 5 ms',
      met: figure <= 5 && times.length >= presses,
    };
  };
  return [
    row(`press to INVITE, p99 of ${times.length}`, percentile(times, 99)),
    row('press to INVITE, median', percentile(times, 50)),
  ];
}

/** Memory idle and in a call, processor time in a call, beside the baresip at the other end of that call. */
async function inACall(surroundings: Run): Promise<BenchRow[]> {
  if (programs.baresip.find() === undefined) return [];
  const phone = await Baresip.start(surroundings, {user: 'kitchen', says: makeSpeech(2), autoAnswer: true});
  const station = await start(surroundings, {
    buttons: [{name: 'bell', input: 'button-1', call: [phone.uri]}],
  });
  const ours = station.process.pid!;
  const theirs = phone.process.pid!;
  await pause(2000);
  const idle = [memory(ours), memory(theirs)] as const;
  const idleProcessor = await processorShare(ours, theirs);
  await station.press();
  await station.waitForState('talking');
  await pause(1000);
  const busyProcessor = await processorShare(ours, theirs);
  const busy = [memory(ours), memory(theirs)] as const;
  await station.hangUp();
  await station.stop();

  const row = (name: string, unit: string, figure: number, anchor: number, most: number): BenchRow => {
    return {
      name,
      figure,
      unit,
      anchor,
      ratio: anchor / figure,
      goal: `<= ${most} ${unit}`,
      met: figure <= most,
    };
  };
  return [
    row('resident memory, idle', 'MB', idle[0].resident, idle[1].resident, 55),
    row('resident memory, in a call', 'MB', busy[0].resident, busy[1].resident, 65),
    row('anonymous memory, in a call', 'MB', busy[0].anonymous, busy[1].anonymous, 20),
    row('processor, idle', '%', idleProcessor[0], idleProcessor[1], 1),
    row('processor, in a call', '%', busyProcessor[0], busyProcessor[1], 2),
  ];
}

/** Share of one processor that each of two processes uses, in percent. */
async function processorShare(one: number, other: number): Promise<[number, number]> {
  const before = [processorTime(one), processorTime(other)] as const;
  await pause(measuredSeconds * 1000);
  const share = (pid: number, then: number) => ((processorTime(pid) - then) / measuredSeconds) * 100;
  return [share(one, before[0]), share(other, before[1])];
}

/** The value below which `share` percent of the values lie. */
function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil((share / 100) * sorted.length) - 1)] ?? Number.NaN;
}

import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {programs} from '../../tools/setup/programs.ts';
import {correlate} from '../support/correlation.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {peerProgram} from '../support/peers/require.ts';
import {startPulse} from '../support/pulse.ts';
import type {Run} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';
import type {BenchRow} from './bench-row.ts';
import {openRun} from './bench-run.ts';

const rate = 8000;
/** Until buffers have found their size. */
const settlingSeconds = 8;
const measuredSeconds = 10;
/** How much later than it was said something may be heard, in seconds. */
const latest = 2;

interface Air {
  /** For programs that use the devices `mouth` (captures what is said) and `ear` (plays). */
  readonly environment: Record<string, string>;
  /** Talks for some seconds; returns the delay from mouth to ear, in ms. */
  measure(): Promise<number>;
}

/**
 * A call from one telephone to another on this machine, each with a sound card of PulseAudio: from the mouth at the one to the ear
 * at the other, both recorded by one recorder. Doorline's two stations beside two baresips, both as they come, in PCMU.
 */
export async function run(): Promise<BenchRow[]> {
  const needed = [
    programs.baresip,
    programs.pulseaudio,
    programs.pacat,
    programs.pactl,
    programs['alsa-pulse'],
  ];
  if (needed.some((program) => program.find() === undefined)) return [];
  const ours = await inRun(stations);
  const theirs = await inRun(baresips);
  return [
    {
      name: 'mouth to ear on loopback (baresip)',
      figure: ours,
      unit: 'ms',
      anchor: theirs,
      ratio: theirs / ours,
      goal: '< baresip',
      met: ours < theirs,
    },
  ];
}

async function inRun(call: (surroundings: Run, air: Air) => Promise<number>): Promise<number> {
  const {run: surroundings, end} = openRun();
  try {
    return await call(surroundings, await openAir(surroundings));
  } finally {
    await end();
  }
}

async function stations(surroundings: Run, {environment, measure}: Air): Promise<number> {
  const sound = {echo: 'off', codecs: ['PCMU']};
  const indoor = await TestStation.start(
    surroundings,
    {name: 'Indoor', answer: {from: ['any']}, audio: {...sound, microphone: 'silence', speaker: 'alsa:ear'}},
    {environment},
  );
  const door = await TestStation.start(
    surroundings,
    {audio: {...sound, microphone: 'alsa:mouth', speaker: 'discard'}},
    {environment},
  );
  await door.dial(indoor.address());
  await door.waitForState('talking');
  const delay = await measure();
  await door.hangUp();
  await Promise.all([door.stop(), indoor.stop()]);
  return delay;
}

async function baresips(surroundings: Run, {environment, measure}: Air): Promise<number> {
  const says = makeSpeech(1);
  // Each opens both devices; nobody listens to what the door plays and what indoors is said.
  const phone = (user: string, microphone: string, speaker: string) =>
    Baresip.start(surroundings, {user, says, autoAnswer: true, devices: {microphone, speaker, environment}});
  const indoor = await phone('indoor', 'nothing', 'ear');
  const door = await phone('door', 'mouth', 'nothing');
  await door.dial(indoor.uri);
  await door.waitFor('CALL_ESTABLISHED');
  const delay = await measure();
  await door.hangUp();
  return delay;
}

/** One loudspeaker of air with two channels: on the left what is said, on the right what is heard. */
async function openAir(surroundings: Run): Promise<Air> {
  const {environment: pulse} = await startPulse(surroundings, {air: 48_000});
  const load = (...module: string[]) =>
    execFileSync(peerProgram('pactl'), ['load-module', ...module], {env: {...process.env, ...pulse}});
  load('module-null-sink', 'sink_name=air', 'rate=48000', 'channels=2', 'format=s16le', 'norewinds=yes');
  for (const [name, side] of [
    ['said', 'front-left'],
    ['played', 'front-right'],
  ] as const) {
    load(
      'module-remap-sink',
      `sink_name=${name}`,
      'master=air',
      'channels=1',
      `channel_map=${side}`,
      `master_channel_map=${side}`,
      'remix=no',
    );
  }
  load('module-null-sink', 'sink_name=nothing', 'rate=48000', 'channels=1', 'format=s16le', 'norewinds=yes');
  const configuration = join(surroundings.folder, 'air.conf');
  const device = (name: string, sink: string) =>
    `pcm.${name} { type asym playback.pcm { type pulse device "${sink}" } capture.pcm { type pulse device "${sink}.monitor" } }\n`;
  writeFileSync(
    configuration,
    device('mouth', 'said') + device('ear', 'played') + device('nothing', 'nothing'),
  );
  const environment = {...pulse, ALSA_CONFIG_PATH: configuration};

  const measure = async (): Promise<number> => {
    const said = join(surroundings.folder, 'said.raw');
    const recorded = join(surroundings.folder, 'air.raw');
    writeFileSync(said, Buffer.from(makeSpeech(settlingSeconds + measuredSeconds + 5, 5).samples.buffer));
    const pacat = (...parameters: string[]) =>
      surroundings.processes.start(
        peerProgram('pacat'),
        ['--raw', `--rate=${rate}`, '--format=s16le', '--latency-msec=1000', ...parameters],
        {env: pulse},
      );
    const recorder = pacat('--record', '--channels=2', '--device=air.monitor', recorded);
    const player = pacat('--playback', '--channels=1', '--device=said', said);
    await pause((settlingSeconds + measuredSeconds + 2) * 1000);
    for (const process of [recorder, player]) process.signal('SIGTERM');
    await Promise.all([recorder.waitForExit(5000), player.waitForExit(5000)]);
    return delayIn(recorded);
  };
  return {environment, measure};
}

/** How much later the right channel is than the left: the median of the seconds that were measured, in ms. */
function delayIn(file: string): number {
  const bytes = readFileSync(file);
  const both = new Int16Array(Uint8Array.from(bytes.subarray(0, bytes.length & ~3)).buffer);
  const channel = (side: 0 | 1) =>
    Int16Array.from({length: both.length / 2}, (_, index) => both[2 * index + side]!);
  const [left, right] = [channel(0), channel(1)];
  const delays: number[] = [];
  for (let second = settlingSeconds; second < settlingSeconds + measuredSeconds; second++) {
    const from = Math.max(0, second - latest);
    const original = {rate, samples: left.slice(from * rate, (second + 1) * rate)};
    const recording = {rate, samples: right.slice(second * rate, (second + 1) * rate)};
    const {value, delay} = correlate(original, recording);
    if (value > 0.7) delays.push((second - from + delay) * 1000);
  }
  return delays.toSorted((one, other) => one - other)[delays.length >> 1] ?? Number.NaN;
}

import {writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {join} from 'node:path';
import {peerProgram} from './peers/require.ts';
import type {RunningProcess} from './processes.ts';
import type {Run} from './run-folder.ts';

/**
 * A sound card in software, with real pacing: a PulseAudio daemon of this run alone with two loudspeakers of air,
 * reached through the real ALSA API. What one side plays the other captures.
 */
export interface Pulse {
  /** For the process that uses the card, to be set before it loads libasound; also for programs of PulseAudio. */
  readonly environment: Record<string, string>;
}

/** The station's card, and that of somebody who stands in front of it; both play and capture. */
export const stationCard = 'station';
export const visitorCard = 'visitor';
/** A card that hears itself, as a station hears its own loudspeaker. */
export const mirrorCard = 'mirror';
/** The loudspeakers of air: what the station plays, and what is said to it. */
export const heardSink = 'heard';
export const spokenSink = 'spoken';
/** The station's card once more, as one that does a single rate (Hz) and is not resampled by ALSA. */
export const fixedCard = 'fixed';
export const fixedRate = 44_100;

/** Rates in Hz. */
export interface PulseRates {
  /** At which both loudspeakers of air work. */
  readonly air?: number;
  /** Of the card that does a single one. */
  readonly fixed?: number;
}

/** Starts the daemon. It ends with the run. */
export async function startPulse(run: Run, rates?: PulseRates): Promise<Pulse> {
  const pulse = preparePulse(run, rates);
  await pulse.start();
  return pulse;
}

/** The same, but it is not there until it is started, nor after it was ended: as a card that is plugged in and unplugged. */
export function preparePulse(
  run: Run,
  {air = 16_000, fixed = fixedRate}: PulseRates = {},
): Pulse & {start(): Promise<RunningProcess>} {
  const socket = join(run.folder, 'pulse.sock');
  const configuration = join(run.folder, 'asound.conf');
  writeFileSync(
    configuration,
    card(socket, stationCard, heardSink, spokenSink) +
      card(socket, visitorCard, spokenSink, heardSink) +
      card(socket, mirrorCard, heardSink, heardSink) +
      `pcm.${fixedCard} { type plug slave { pcm ${stationCard} rate ${fixed} } }\n`,
  );
  const client = join(run.folder, 'pulse-client.conf');
  writeFileSync(client, 'autospawn = no\nenable-shm = no\n');
  return {
    environment: {
      PULSE_SERVER: `unix:${socket}`,
      ALSA_CONFIG_PATH: configuration,
      PULSE_CLIENTCONFIG: client,
      HOME: run.folder,
    },
    start: () => startDaemon(run, socket, air),
  };
}

async function startDaemon(run: Run, socket: string, rate: number): Promise<RunningProcess> {
  // Without rewinds a sink plays in blocks of 50 ms; with them its first block is two seconds long.
  const sink = (name: string) => [
    '-L',
    `module-null-sink sink_name=${name} rate=${rate} channels=1 format=s16le norewinds=yes`,
  ];
  // Before all ordinary programs, where that is allowed: a card made of metal does not wait for a busy machine either.
  const first = process.getuid?.() === 0 ? ['chrt', '-f', '5'] : [];
  const [program, ...words] = [...first, peerProgram('pulseaudio')];
  const daemon = run.processes.start(
    program!,
    [
      ...words,
      ...['-n', '--daemonize=no', '--use-pid-file=no', '--disable-shm=yes', '--exit-idle-time=-1'],
      ...['--high-priority=yes', '--realtime=yes', '--log-target=stderr'],
      ...['-L', `module-native-protocol-unix socket=${socket} auth-anonymous=1`],
      ...sink(heardSink),
      ...sink(spokenSink),
    ],
    {env: {HOME: run.folder, XDG_RUNTIME_DIR: run.folder, DBUS_SESSION_BUS_ADDRESS: 'disabled:'}},
  );
  await daemon.waitUntil('it accepted connections', () => accepts(socket));
  return daemon;
}

/** An ALSA device that plays into one sink and captures what is played into the other; its mixer has their volumes. */
function card(socket: string, name: string, plays: string, captures: string): string {
  const half = (device: string) =>
    `{ type pulse server "unix:${socket}" device "${device}" handle_underrun true }`;
  const levels = `{ type pulse server "unix:${socket}" sink "${plays}" source "${captures}.monitor" }`;
  return (
    `pcm.${name} { type asym playback.pcm ${half(plays)} capture.pcm ${half(`${captures}.monitor`)} }\n` +
    `ctl.${name} ${levels}\n`
  );
}

function accepts(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });
}

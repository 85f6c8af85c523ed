import {listSoundCards} from '../../hal/sound/list-cards.ts';
import {judgeLoop, loopSound} from '../audio/loop-test.ts';
import {MediaEngine} from '../audio/media-engine.ts';
import type {Levels} from '../audio/media-messages.ts';
import {judgeRecording, recordingLength} from '../audio/recording-test.ts';
import {readConfiguration} from '../configuration.ts';
import {mediaProgram} from '../programs.ts';
import {cardTable} from './card-table.ts';

/** What is done besides listing: levels as they come, a loop test, or a recording that is played. */
export type AudioTask = 'levels' | 'loop' | 'record';

/** So often the microphone is asked to stay live, and for how long each time; ms. */
const ASK = 5_000;
const LISTEN = 10_000;
const FLOOR = -60;
const BAR = 20;

/**
 * `doorline audio`: the sound cards of this machine; then, at a terminal, levels until Ctrl-C, or the test that was asked for,
 * with a configuration's microphone and loudspeaker or those of one device. Exit code 0; 1 where the sound does not work or the
 * test did not pass, 2 where the configuration is wrong.
 */
export async function audio(asked: {
  config?: string | undefined;
  device?: string | undefined;
  task: AudioTask;
}): Promise<number> {
  const config = asked.config === undefined ? undefined : readConfiguration(asked.config);
  if (asked.config !== undefined && config === undefined) return 2;
  const {task} = asked;
  if (task === 'levels') {
    console.log(cardTable(listSoundCards()));
    if (!process.stdout.isTTY) return 0;
  }
  const device = asked.device === undefined ? undefined : `alsa:${asked.device.replace(/^alsa:/, '')}`;
  const media = await MediaEngine.start({
    microphone: device ?? config?.audio.microphone ?? 'alsa:default',
    speaker: device ?? config?.audio.speaker ?? 'alsa:default',
    echo: config?.audio.echo ?? 'cancel',
    tones: 'eu',
    sounds: {},
    volumes: {speech: 100, sounds: 100},
    ports: config?.sip.media_ports ?? {first: 16_384, last: 16_484},
    worker: mediaProgram,
  });
  try {
    const faults = [media.sound?.microphone, media.sound?.speaker].flatMap((half) =>
      half?.fault ? [`${half.device}: ${half.fault.text}`] : [],
    );
    if (faults.length > 0) {
      process.stderr.write(`${[...new Set(faults)].join('\n')}\n`);
      return 1;
    }
    if (task === 'loop') return await testLoop(media);
    if (task === 'record') return await testRecording(media);
    return await showLevels(media);
  } finally {
    await media.close();
  }
}

async function testLoop(media: MediaEngine): Promise<number> {
  console.log('A sound is played; the microphone listens …');
  const probe = await media.probe(loopSound());
  if (!probe) return 1;
  const {passed, text} = judgeLoop(probe.captured);
  console.log(passed ? text : `Not passed. ${text}`);
  return passed ? 0 : 1;
}

async function testRecording(media: MediaEngine): Promise<number> {
  console.log('Recording for five seconds: say something …');
  const probe = await media.probe(new Int16Array(recordingLength));
  if (!probe) return 1;
  console.log('Playing it …');
  await media.probe(probe.cleaned);
  console.log(judgeRecording(probe).text);
  return 0;
}

async function showLevels(media: MediaEngine): Promise<number> {
  const {promise: asked, resolve} = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  console.log('\nLevels of the microphone, in dB below full scale; Ctrl-C ends.');
  media.listen(LISTEN);
  const timer = setInterval(() => media.listen(LISTEN), ASK);
  media.onMeters = (levels) => process.stdout.write(`\r${levelLine(levels)}\x1b[K`);
  await asked;
  clearInterval(timer);
  media.onMeters = undefined;
  process.stdout.write('\n');
  return 0;
}

/** One line of the levels: as captured, after cancelling, and what the canceller knows. */
export function levelLine({captured, microphone, echo}: Levels): string {
  const parts = [`captured ${bar(captured)}`];
  if (echo) {
    parts.push(`after cancelling ${bar(microphone)}`);
    if (echo.attenuation !== null) parts.push(`echo ${echo.attenuation.toFixed(0)} dB down`);
    if (echo.delayMs !== null) parts.push(`${echo.delayMs.toFixed(0)} ms`);
  }
  return parts.join('  ');
}

function bar(level: number): string {
  const filled = Math.round((BAR * (Math.max(level, FLOOR) - FLOOR)) / -FLOOR);
  return `${'#'.repeat(filled).padEnd(BAR, '.')} ${level.toFixed(0).padStart(3)}`;
}

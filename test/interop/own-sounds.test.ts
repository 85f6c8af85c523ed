import {spawnSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {correlate} from '../support/correlation.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {requirePeers} from '../support/peers/require.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation, writeConfiguration} from '../support/station.ts';
import {soundFiles} from '../support/station-sound.ts';
import {type Sound, writeWav} from '../support/wav.ts';

const program = fileURLToPath(new URL('../../firmware/cli.ts', import.meta.url));
const resident = makeSpeech(4, 12);

/** A stereo file of 24 bits at 48 kHz: the sound on the left, half as loud on the right. */
function writeStudioWav(path: string, {samples}: Sound): void {
  const times = 6;
  const head = Buffer.alloc(44);
  const data = Buffer.alloc(samples.length * times * 6);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(2, 22);
  head.writeUInt32LE(48_000, 24);
  head.writeUInt32LE(48_000 * 6, 28);
  head.writeUInt16LE(6, 32);
  head.writeUInt16LE(24, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  for (let at = 0; at < samples.length * times; at++) {
    // Straight lines between the samples: what that adds lies above what is compared.
    const [before, after] = [samples[Math.floor(at / times)]!, samples[Math.floor(at / times) + 1] ?? 0];
    const sample = Math.round((before + ((after - before) * (at % times)) / times) * 256);
    data.writeIntLE(sample, 6 * at, 3);
    data.writeIntLE(sample >> 1, 6 * at + 3, 3);
  }
  writeFileSync(path, Buffer.concat([head, data]));
}

test('own recordings sound at the press and while a phone rings, and speech after them', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const [ding, music] = [makeSpeech(0.25, 40), makeSpeech(2, 41)];
  writeStudioWav(join(run.folder, 'ding.wav'), ding);
  writeWav(join(run.folder, 'music.wav'), music);
  const phone = await Baresip.start(run, {user: 'kitchen', says: resident});
  const sound = soundFiles(run, makeSpeech(4, 11));
  const station = await TestStation.start(run, {
    buttons: [{name: 'bell', input: 'button-1', call: [phone.uri]}],
    // The files lie beside the station's folder, in which its configuration is.
    audio: {...sound.audio, sounds: {press: '../ding.wav', ringback: '../music.wav'}, volumes: {sounds: 50}},
  });
  await station.press();
  await station.process.waitUntil('the music sounded twice', () => sound.secondsHeard() >= 5);
  await phone.accept();
  await station.waitForState('talking');
  await station.process.waitUntil('words were heard', () => sound.secondsHeard() >= 11);
  await station.hangUp();
  expect(await station.stop()).toBe(0);

  const heard = sound.heard();
  const rung = {rate: heard.rate, samples: heard.samples.subarray(0, 4.5 * heard.rate)};
  expect(correlate(rung, ding).value).toBeGreaterThan(0.9);
  const played = correlate(music, rung);
  expect(played.certainSeconds).toBeGreaterThan(2.5);
  expect(correlate(heard, resident).certainSeconds).toBeGreaterThan(1.5);
  // Half as loud: 10 dB less.
  const peak = (samples: Int16Array) => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  expect(peak(rung.samples) / peak(music.samples)).toBeCloseTo(10 ** (-10 / 20), 1);
});

test('a recording that cannot be played is named by check, and run does not start', async (context) => {
  const run = startRun(context);
  const file = await writeConfiguration(run, {audio: {sounds: {press: '../ding.wav'}}});
  writeFileSync(join(run.folder, 'ding.wav'), 'RIFF\0\0\0\0WAVEfmt ');
  for (const command of ['check', 'run']) {
    const {status, stderr} = spawnSync(process.execPath, [program, command, '--config', file], {
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/doorline\.yaml:\d+:\d+: audio\.sounds\.press: .*ding\.wav .*no sound in it/);
  }
});

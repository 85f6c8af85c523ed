import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import type {LoopFindings} from '../../firmware/audio/loop-test.ts';
import type {StationStatus} from '../../firmware/station/status.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {requirePeers} from '../support/peers/require.ts';
import {
  heardSink,
  mirrorCard,
  type Pulse,
  preparePulse,
  spokenSink,
  startPulse,
  stationCard,
} from '../support/pulse.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';

const program = fileURLToPath(new URL('../../firmware/cli.ts', import.meta.url));

/** `doorline audio …` with the cards of a sound server; its exit status and what it said. */
async function audio(run: Run, {environment}: Pick<Pulse, 'environment'>, ...words: string[]) {
  const child = run.processes.start(process.execPath, [program, 'audio', ...words], {env: environment});
  return {status: await child.waitForExit(30_000), said: child.output};
}

test('doorline audio lists the cards, and says where there are none', async (context) => {
  requirePeers(context, 'libasound');
  const {status, said} = await audio(startRun(context), {environment: {}});
  expect(status).toBe(0);
  expect(said).toMatch(/^(alsa:plughw:CARD=\w+ {2}.+|This machine has no sound card\.)$/m);
});

test('doorline audio --loop: a card that hears itself passes, one that hears nothing does not', async (context) => {
  requirePeers(context, 'pulseaudio', 'libasound', 'alsa-pulse');
  const run = startRun(context);
  const pulse = await startPulse(run);
  const passed = await audio(run, pulse, '--loop', mirrorCard);
  expect(passed.said).toMatch(/The loudspeaker is heard: -1\d\.?\d* dB, \d+ ms after it was played/);
  expect(passed.status).toBe(0);
  const silent = await audio(run, pulse, '--loop', stationCard);
  expect(silent.said).toContain('Not passed. The microphone gives no sound at all');
  expect(silent.status).toBe(1);
  const recorded = await audio(run, pulse, '--record', mirrorCard);
  expect(recorded.said).toContain('Playing it');
  expect(recorded.status).toBe(0);
});

test('doorline audio with a device that is not there, or asked wrongly', async (context) => {
  requirePeers(context, 'libasound');
  const run = startRun(context);
  const missing = await audio(run, {environment: {}}, '--loop', 'plughw:CARD=NoSuch');
  expect(missing.status).toBe(1);
  expect(missing.said).toContain('there is no ALSA device "plughw:CARD=NoSuch"');
  const both = await audio(run, {environment: {}}, '--loop', '--record');
  expect(both.status).toBe(2);
});

test('the tests of the page: a loop, refused during a call, and levels without one', async (context) => {
  requirePeers(context, 'pulseaudio', 'libasound', 'alsa-pulse', 'baresip');
  const run = startRun(context);
  const phone = await Baresip.start(run, {user: 'kitchen', says: makeSpeech(2, 9)});
  const {environment} = await startPulse(run);
  const device = `alsa:${mirrorCard}`;
  const station = await TestStation.start(
    run,
    {
      buttons: [{name: 'bell', input: 'button-1', call: [phone.uri]}],
      audio: {microphone: device, speaker: device},
    },
    {environment},
  );
  const answer = await station.send('POST', '/api/audio/loop-test');
  expect(answer.status).toBe(200);
  const findings = (await answer.json()) as LoopFindings;
  expect(findings).toMatchObject({passed: true, finding: 'passed'});
  expect(findings.delayMs).toBeGreaterThan(20);
  expect((await station.send('POST', '/api/audio/meters')).status).toBe(200);

  await station.press();
  await phone.waitFor('CALL_INCOMING');
  for (const test of ['loop-test', 'record', 'meters']) {
    const refused = await station.send('POST', `/api/audio/${test}`);
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({detail: 'There is a call; hang up first'});
  }
  await station.hangUp();
  expect(await station.stop()).toBe(0);
});

test('the levels of the configuration are set in the mixer of the card as soon as it is there', async (context) => {
  requirePeers(context, 'pulseaudio', 'libasound', 'alsa-pulse');
  const run = startRun(context);
  const pulse = preparePulse(run);
  const {environment} = pulse;
  const device = `alsa:${stationCard}`;
  const mixer = ['Master 40%', 'Capture 60%', 'Bass 10%'];
  const station = await TestStation.start(
    run,
    {audio: {microphone: device, speaker: device, mixer}},
    {environment},
  );
  const levels = async () => {
    const volumes = await Promise.all([
      pactl(run, environment, 'get-sink-volume', heardSink),
      pactl(run, environment, 'get-source-volume', `${spokenSink}.monitor`),
    ]);
    return volumes.map((text) => /(\d+)%/.exec(text)?.[1]);
  };
  const fault = async () => (await station.get<StationStatus>('/api/status')).audio?.microphone.fault;
  expect(await fault()).not.toBe(null);
  await pulse.start();
  await expect.poll(levels, {timeout: 20_000}).toEqual(['40', '60']);
  await station.process.waitForOutput(
    /has no control \\"Bass\\" to be set so. It has: Master, Capture/,
    20_000,
  );
});

async function pactl(run: Run, environment: Record<string, string>, ...words: string[]): Promise<string> {
  const child = run.processes.start('pactl', words, {env: environment});
  await child.waitForExit(10_000);
  return child.output;
}

import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {systemClock as clock} from '../../firmware/base/clock.ts';
import {openSoundCard} from '../../hal/sound/sound.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {requirePeers} from '../support/peers/require.ts';
import {mirrorCard, startPulse} from '../support/pulse.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {makeSpeech, padWithSilence} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';
import {understood} from '../support/understood.ts';
import type {Sound} from '../support/wav.ts';

/** The resident speaks first, then the visitor, who waits until he has ended. */
const residentSeconds = 10;
const resident = makeSpeech(residentSeconds, 21);
const visitor = makeSpeech(6, 22);

function level(samples: Int16Array): number {
  const sum = samples.reduce((energy, sample) => energy + sample * sample, 0);
  return 10 * Math.log10(sum / samples.length + 0.1);
}

/** Speaks into the air in front of the station: its microphone hears that, and its own loudspeaker as well. */
async function speak(run: Run, {rate, samples}: Sound): Promise<void> {
  const spec = `alsa:${mirrorCard}`;
  const card = openSoundCard({microphone: spec, speaker: spec, rate, clock});
  run.atEnd(() => card.close());
  const frame = rate / 50;
  for (let said = 0; said < samples.length; ) {
    if (card.playbackDelay() < 20 * frame) said += card.write(samples.subarray(said, said + frame));
    else await pause(5);
  }
  await pause(500);
}

async function call(run: Run, echo: 'cancel' | 'off'): Promise<Sound> {
  const phone = await Baresip.start(run, {user: 'kitchen', says: padWithSilence(resident, 12)});
  const {environment} = await startPulse(run);
  Object.assign(process.env, environment);
  const device = `alsa:${mirrorCard}`;
  const station = await TestStation.start(
    run,
    {
      buttons: [{name: 'bell', input: 'button-1', call: [phone.uri]}],
      audio: {microphone: device, speaker: device, echo},
    },
    {environment},
  );
  await station.press();
  await phone.waitFor('CALL_INCOMING');
  await phone.accept();
  await station.waitForState('talking');
  await pause(residentSeconds * 1000 + 1500);
  await speak(run, visitor);
  await station.hangUp();
  await phone.waitFor('CALL_CLOSED');
  expect(await station.stop()).toBe(0);
  return phone.heard()!;
}

/** Of the seconds in which the resident speaks, but for the first, in which the station learns; the middle one. */
function usualLevel({rate, samples}: Sound): number {
  const levels: number[] = [];
  for (let second = 1; second < residentSeconds - 1; second++) {
    levels.push(level(samples.subarray(second * rate, (second + 1) * rate)));
  }
  return levels.toSorted((one, other) => one - other)[levels.length >> 1]!;
}

test('a station that hears its own loudspeaker: the far side does not hear itself, and understands the visitor', async (context) => {
  requirePeers(context, 'pulseaudio', 'libasound', 'alsa-pulse', 'baresip');
  const heard = await call(startRun(context), 'cancel');
  expect(level(resident.samples) - usualLevel(heard)).toBeGreaterThan(20);
  expect(understood(resident, heard)).toBeLessThan(0.3);
  expect(understood(visitor, heard)).toBeGreaterThan(0.6);
});

test('without echo cancelling the far side hears itself', async (context) => {
  requirePeers(context, 'pulseaudio', 'libasound', 'alsa-pulse', 'baresip');
  const heard = await call(startRun(context), 'off');
  expect(level(resident.samples) - usualLevel(heard)).toBeLessThan(6);
});

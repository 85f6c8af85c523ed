import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {doubled} from '../support/at-rate.ts';
import {correlate} from '../support/correlation.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {requirePeers} from '../support/peers/require.ts';
import {makeSpeech} from '../support/speech.ts';
import {readWav, writeWav} from '../support/wav.ts';
import {makeBoard, stationReady} from './support/board.ts';
import {stationThat} from './support/configuration.ts';
import {BOARD, HOST} from './support/network.ts';

/** How long each speaks (s): the visitor longer, for less of what he said came through where this was made. */
const [OUTSIDE, INSIDE] = [24, 16];
/**
 * Emulated, the station is late now and then, on a busy machine most of the time, and its card loses some frames. What comes
 * between is whole, and so much of it has to come.
 */
const CERTAIN_SECONDS = 1;

/** What is played at one end of the kernel's loopback card is captured at the other. */
const end = (device: number, subdevice: number) => `plughw:CARD=Loopback,DEV=${device},SUBDEV=${subdevice}`;
/** The visitor has time: the card's buffer holds all that he says, and as much of what he hears (µs). */
const PATIENT = `-q -t wav --buffer-time=${OUTSIDE * 1_000_000}`;

test('speech goes both ways through a sound card of the booted image, which comes while the station runs', async (context) => {
  requirePeers(context, 'baresip');
  const {run, machine} = await makeBoard(context);
  const [outside, inside] = [makeSpeech(OUTSIDE, 41), makeSpeech(INSIDE, 42)] as const;
  const phone = await Baresip.start(run, {user: 'kitchen', says: inside, address: HOST});
  await machine.writeToData(
    'doorline/doorline.yaml',
    stationThat(
      `answer: {from: [${HOST}]}\ntalk_seconds: 600\n`,
      // Noise suppression and gain make another wave of the same words, and an emulated processor has no time for them.
      `{microphone: "alsa:${end(1, 1)}", speaker: "alsa:${end(0, 0)}", echo: off, codecs: [PCMU]}`,
    ),
  );
  await machine.writeToData('visitor/says.wav', wav(join(run.folder, 'says.wav'), doubled(outside)));
  await machine.start();
  await stationReady(machine);
  const must = async (command: string) => {
    const {status, output} = await machine.inside(command);
    expect(status, `${command}: ${output}`).toBe(0);
  };

  await must('modprobe snd-aloop');
  const card = '/proc/asound/Loopback';
  await machine.waitUntil('the station has taken the card', async () => {
    const {output} = await machine.inside(`cat ${card}/pcm0p/sub0/status ${card}/pcm1c/sub1/status`);
    return /state[\s\S]*state/.test(output);
  });
  await must(
    `(arecord ${PATIENT} -D ${end(1, 0)} -f S16_LE -r 16000 -c 1 /data/visitor/heard.wav & echo $! > /run/ears)`,
  );
  await phone.dial(`sip:door@${BOARD}`);
  await phone.waitFor('CALL_ESTABLISHED', {timeout: 120_000});
  await must(`aplay ${PATIENT} -D ${end(0, 1)} /data/visitor/says.wav`);
  await phone.waitUntilHeard(OUTSIDE + 1, 120_000);
  await phone.hangUp();
  await phone.waitFor('CALL_CLOSED', {timeout: 60_000});
  await must('kill $(cat /run/ears); sleep 1; sync');
  await machine.cutPower();

  const recording = join(run.folder, 'heard.wav');
  writeFileSync(recording, await machine.readFromData('visitor/heard.wav'));
  const [atPhone, atDoor] = [phone.heard()!, readWav(recording)];
  const [outwards, inwards] = [correlate(outside, atPhone), correlate(inside, atDoor)];
  console.log(
    `heard without doubt: outwards ${outwards.certainSeconds.toFixed(1)} of ${outwards.seconds.toFixed(1)} s, inwards ${inwards.certainSeconds.toFixed(1)} of ${inwards.seconds.toFixed(1)} s`,
  );
  for (const {certainSeconds} of [outwards, inwards]) {
    expect(certainSeconds).toBeGreaterThanOrEqual(CERTAIN_SECONDS);
  }
  // And nothing of what the other side said.
  expect([correlate(inside, atPhone), correlate(outside, atDoor)]).toMatchObject([
    {certainSeconds: 0},
    {certainSeconds: 0},
  ]);
});

function wav(file: string, sound: Parameters<typeof writeWav>[1]): Buffer {
  writeWav(file, sound);
  return readFileSync(file);
}

import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import type {DroppedPackets} from '../../firmware/rtp/dropped-packets.ts';
import {correlate} from '../support/correlation.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {notRunHere, requirePeers} from '../support/peers/require.ts';
import type {RtpFloodReport} from '../support/rtp-flood.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';
import {soundFiles} from '../support/station-sound.ts';

const flood = fileURLToPath(new URL('../support/rtp-flood.ts', import.meta.url));
/** A hundred times what a call has. */
const perSecond = 5000;
const seconds = 10;

interface Call {
  readonly rtp: {
    readonly sent: number;
    readonly received: number;
    readonly lost: number;
    readonly dropped: DroppedPackets;
  };
}

/** The port of sound that a description in a message names. */
const portIn = (message: string) => Number(/^m=audio (\d+)/m.exec(message)?.[1]);

test('a flood of bad RTP and RTCP that seems to come from the phone itself: dropped, counted by reason, and not heard', async (context) => {
  requirePeers(context, 'baresip');
  if (process.getuid?.() !== 0) notRunHere(context, 'needs root, to send from a port that is in use');
  const run = startRun(context);
  const [visitor, resident] = [makeSpeech(seconds + 4, 11), makeSpeech(seconds + 4, 12)];
  const phone = await Baresip.start(run, {user: 'kitchen', says: resident, autoAnswer: true});
  const sound = soundFiles(run, visitor);
  const station = await TestStation.start(run, {
    buttons: [{name: 'bell', input: 'button-1', call: [phone.uri]}],
    audio: sound.audio,
  });
  await station.press();
  await station.waitForState('talking');
  // The call has settled: the socket is tied to the phone's address.
  await pause(1500);
  const ladder = await station.ladder();
  const ours = portIn(ladder.find(({message}) => message.startsWith('INVITE'))!.message);
  const theirs = portIn(ladder.find(({message}) => message.startsWith('SIP/2.0 200'))!.message);
  const flooding = run.processes.start(process.execPath, [
    flood,
    `${ours}`,
    `${theirs}`,
    `${perSecond}`,
    `${seconds}`,
  ]);
  expect(await flooding.waitForExit((seconds + 20) * 1000)).toBe(0);
  const sent = JSON.parse(flooding.output) as RtpFloodReport;
  await pause(1500);
  const {call} = await station.get<{call: Call | null}>('/api/status');
  await station.hangUp();
  await phone.waitFor('CALL_CLOSED');
  expect(await station.stop()).toBe(0);

  const {rtp} = call!;
  for (const [reason, count] of Object.entries(sent) as [keyof DroppedPackets, number][]) {
    expect(rtp.dropped[reason], reason).toBeGreaterThan(0.9 * count);
    expect(rtp.dropped[reason], reason).toBeLessThanOrEqual(1.02 * count);
  }
  expect(Object.values(sent).reduce((sum, count) => sum + count, 0)).toBe(perSecond * seconds);
  expect(rtp.received).toBeLessThan(50 * (seconds + 10));
  expect(rtp.lost).toBeLessThan(0.02 * rtp.received);
  const atThePhone = correlate(visitor, phone.heard()!);
  expect(atThePhone.value).toBeGreaterThanOrEqual(0.97);
  expect(atThePhone.seconds).toBeGreaterThan(seconds / 2);
  const atTheDoor = correlate(sound.heard(), resident);
  expect(atTheDoor.value).toBeGreaterThanOrEqual(0.93);
  expect(atTheDoor.seconds).toBeGreaterThan(seconds / 2);
});

import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {correlate} from '../support/correlation.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {requirePeers} from '../support/peers/require.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';
import {type StationSound, soundFiles} from '../support/station-sound.ts';

const visitor = makeSpeech(4, 11);
const resident = makeSpeech(4, 12);
const door = {name: 'front', output: 'relay-1', open_seconds: 1, code: '7'};

/**
 * Both sides have heard each other: the phone as good as unchanged. At the door the loudspeaker's own tones come before and
 * after, so there every part of what was said is looked for in what was heard.
 */
function expectBothHeard(phone: Baresip, {heard}: StationSound): void {
  const atThePhone = correlate(visitor, phone.heard()!);
  const atTheDoor = correlate(heard(), resident);
  expect(atThePhone.value).toBeGreaterThanOrEqual(0.99);
  expect(atThePhone.seconds).toBeGreaterThan(1.5);
  expect(atTheDoor.value).toBeGreaterThanOrEqual(0.95);
  expect(atTheDoor.seconds).toBeGreaterThan(1.5);
}

async function doorIs(station: TestStation, open: boolean): Promise<boolean> {
  const {doors} = await station.get<{doors: {open: boolean}[]}>('/api/status');
  return doors[0]?.open === open;
}

for (const whoHangsUp of ['phone', 'door'] as const) {
  test(`the bell is pressed, a phone answers, both talk, 7 opens the door, the ${whoHangsUp} hangs up`, async (context) => {
    requirePeers(context, 'baresip');
    const run = startRun(context);
    const phone = await Baresip.start(run, {user: 'kitchen', says: resident});
    const sound = soundFiles(run, visitor);
    const station = await TestStation.start(run, {
      buttons: [{name: 'bell', input: 'button-1', call: [phone.uri]}],
      doors: [door],
      audio: sound.audio,
    });

    await station.press();
    await phone.waitFor('CALL_INCOMING');
    await station.waitForState('ringing');
    await phone.accept();
    await station.waitForState('talking');
    await pause(4500);
    await phone.sendDigits('7');
    const opened = await station.waitForEntry('door-opened');
    expect(opened['by']).toContain('kitchen@127.0.0.1');
    await station.process.waitUntil('the relay fell back', () => doorIs(station, false));
    await station.waitForEntry('door-closed');

    if (whoHangsUp === 'phone') await phone.hangUp();
    else await station.hangUp();
    await phone.waitFor('CALL_CLOSED');
    await station.waitForState('idle');
    const ended = await station.waitForEntry('call-ended');
    expect(ended['result']).toBe('answered');
    expect(await station.stop()).toBe(0);
    expectBothHeard(phone, sound);
  });
}

test('a phone on the list calls, the station answers by itself, both talk, 7 opens the door', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const phone = await Baresip.start(run, {user: 'kitchen', says: resident});
  const sound = soundFiles(run, visitor);
  const station = await TestStation.start(run, {
    doors: [door],
    answer: {mode: 'automatic', from: [phone.uri]},
    audio: sound.audio,
  });

  await phone.dial(station.address());
  await phone.waitFor('CALL_ESTABLISHED');
  await station.waitForState('talking');
  await pause(4500);
  await phone.sendDigits('7');
  await station.waitForEntry('door-opened');
  await phone.hangUp();
  await station.waitForState('idle');
  expect(await station.stop()).toBe(0);
  expectBothHeard(phone, sound);
});

test('a caller who is not on the list gets 403, and opens nothing', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const stranger = await Baresip.start(run, {user: 'stranger', says: resident});
  const station = await TestStation.start(run, {
    doors: [door],
    answer: {mode: 'automatic', from: ['sip:kitchen@127.0.0.1']},
  });

  await stranger.dial(station.address());
  const closed = await stranger.waitFor('CALL_CLOSED');
  expect(closed.param).toContain('403');
  const entry = await station.waitForEntry('call-refused');
  expect(entry['status']).toBe(403);
  expect(await station.state()).toBe('idle');
});

test('wrong codes lock the door for a while, and the right one then opens nothing', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const phone = await Baresip.start(run, {user: 'kitchen', says: resident, autoAnswer: true});
  const station = await TestStation.start(run, {
    buttons: [{name: 'bell', input: 'button-1', call: [phone.uri]}],
    doors: [door],
  });
  await station.press();
  await station.waitForState('talking');
  await phone.sendDigits('12345');
  await station.waitForEntry('codes-locked');
  await phone.sendDigits('7');
  await pause(500);
  expect(await doorIs(station, false)).toBe(true);
  expect((await station.journal()).map(({kind}) => kind)).not.toContain('door-opened');
});

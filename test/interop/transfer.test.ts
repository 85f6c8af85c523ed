import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {correlate} from '../support/correlation.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {Kamailio} from '../support/peers/kamailio.ts';
import {Linphone} from '../support/peers/linphone.ts';
import {requirePeers} from '../support/peers/require.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {type StationSettings, TestStation} from '../support/station.ts';
import {soundFiles} from '../support/station-sound.ts';
import type {Sound} from '../support/wav.ts';

const visitor = makeSpeech(4, 91);
const kitchen = makeSpeech(4, 92);
const office = makeSpeech(4, 93);
const door = {name: 'front', output: 'relay-1', open_seconds: 1, code: '7'};

/** A station whose visitor speaks. */
async function doorStation(run: Run, settings: StationSettings) {
  const sound = soundFiles(run, visitor);
  const station = await TestStation.start(run, {audio: sound.audio, doors: [door], ...settings});
  return {station, sound};
}

/** What linphonec records is changed somewhat by its jitter buffer and rate converter. */
const linphoneLike = 0.85;

function expectHeard(one: Sound, other: Sound, least = 0.95): void {
  const found = correlate(one, other);
  expect(found.value).toBeGreaterThanOrEqual(least);
  expect(found.seconds).toBeGreaterThan(1.5);
}

test('blind, by baresip: the other phone rings, answers and hears the visitor, and opens the door; the first is free', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const first = await Baresip.start(run, {user: 'kitchen', says: kitchen});
  const second = await Baresip.start(run, {user: 'office', says: office});
  const {station, sound} = await doorStation(run, {
    buttons: [{name: 'bell', input: 'button-1', call: [first.uri]}],
  });
  await station.press();
  await first.waitFor('CALL_INCOMING');
  await first.accept();
  await station.waitForState('talking');
  await pause(2000);
  await first.command('transfer', second.uri);
  await second.waitFor('CALL_INCOMING');
  await second.accept();
  const moved = await station.waitForEntry('call-moved');
  expect(moved.text).toMatch(/^The call moved from sip:kitchen@.* to sip:office@/);
  await first.waitFor('CALL_CLOSED');
  await pause(4500);
  expect(await station.state()).toBe('talking');
  await second.sendDigits('7');
  await station.waitForEntry('door-opened');
  await second.hangUp();
  await station.waitForState('idle');
  const [call] = await station.get<{peer: string; result: string}[]>('/api/calls');
  expect(call).toMatchObject({peer: second.uri, result: 'answered'});
  expect(await station.stop()).toBe(0);
  expectHeard(visitor, second.heard()!, 0.99);
  expectHeard(sound.heard(), office);
});

test('blind, by baresip, to a phone that refuses: told to baresip, which then gives its own call up, too', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const first = await Baresip.start(run, {user: 'kitchen', says: kitchen});
  const second = await Baresip.start(run, {user: 'office', says: office});
  const {station} = await doorStation(run, {answer: {mode: 'automatic', from: [first.uri]}});
  await first.dial(station.address());
  await station.waitForState('talking');
  await first.command('transfer', second.uri);
  await second.waitFor('CALL_INCOMING');
  await second.hangUp();
  await station.waitForEntry('transfer-failed');
  await first.process.waitForOutput(/transfer failed: 486 Busy Here/);
  await station.waitForState('idle');
});

test('blind, by linphonec, to a phone that refuses: the visitor talks on with the kitchen', async (context) => {
  requirePeers(context, 'linphonec', 'baresip');
  const run = startRun(context);
  const first = await Linphone.start(run, {user: 'kitchen', says: kitchen});
  const second = await Baresip.start(run, {user: 'office', says: office});
  const {station, sound} = await doorStation(run, {
    buttons: [{name: 'bell', input: 'button-1', call: [first.uri]}],
  });
  await station.press();
  await first.waitForCall();
  first.answer();
  await station.waitForState('talking');
  first.process.write(`transfer 1 ${second.uri}\n`);
  await second.waitFor('CALL_INCOMING');
  await second.hangUp();
  const failed = await station.waitForEntry('transfer-failed');
  expect(failed['reason']).toMatch(/486/);
  expect(await station.state()).toBe('talking');
  await first.talk();
  await pause(4500);
  first.hangUp();
  await station.waitForState('idle');
  expect(await station.stop()).toBe(0);
  expectHeard(visitor, first.heard()!, linphoneLike);
  expectHeard(sound.heard(), kitchen);
});

/** The sound after so many seconds of silence. */
function later({rate, samples}: Sound, seconds: number): Sound {
  const delayed = new Int16Array(samples.length + rate * seconds);
  delayed.set(samples, rate * seconds);
  return {rate, samples: delayed};
}

/** A server with a phone in the kitchen, and what a station at it is configured with. */
async function house(run: Run) {
  const users = {door: 'door-secret', kitchen: 'kitchen-secret', office: 'office-secret'};
  const {domain, port} = await Kamailio.start(run, {users});
  const phone = (user: 'kitchen' | 'office', says: Sound) =>
    Linphone.start(run, {user, says, registrar: {domain, port, password: users[user]}});
  const station = async (user: 'door' | 'office', says: Sound) => {
    const sound = soundFiles(run, says, user);
    const account = {name: 'house', uri: `sip:${user}@${domain}`, password: users[user]};
    const started = await TestStation.start(run, {
      name: user,
      sip: {accounts: [{...account, registrar: `sip:127.0.0.1:${port}`}]},
      buttons: [{name: 'bell', input: 'button-1', call: ['kitchen']}],
      answer: {mode: 'automatic', from: ['house']},
      audio: sound.audio,
    });
    await started.waitForEntry('account-registered');
    return {station: started, sound};
  };
  return {
    domain,
    phone,
    station,
    first: await phone('kitchen', kitchen),
    door: await station('door', visitor),
  };
}

/** The bell is answered in the kitchen, which then asks the office: linphonec's calls 1 and 2. */
async function consult({first, door: {station}, domain}: Awaited<ReturnType<typeof house>>): Promise<void> {
  await station.press();
  await first.waitForCall();
  first.answer();
  await station.waitForState('talking');
  first.process.write('pause 1\n');
  await first.process.waitForOutput(/Call 1 .*paused/i);
  first.dial(`sip:office@${domain}`);
}

test('attended, by linphonec: the station takes the place of the kitchen in its call to the office', async (context) => {
  requirePeers(context, 'kamailio', 'linphonec');
  const all = await house(startRun(context));
  const {first, door} = all;
  const second = await all.phone('office', office);
  await consult(all);
  await second.waitForCall();
  second.answer();
  await first.process.waitForOutput(/Call 2 .*connected/i);
  await second.process.waitForOutput(/Call 1 .*connected/i);
  first.process.write('transfer 1 --to-call 2\n');
  const moved = await door.station.waitForEntry('call-moved');
  expect(moved.text).toMatch(/^The call moved from kitchen to sip:office@/);
  await second.talk();
  await pause(4500);
  second.hangUp();
  await door.station.waitForState('idle');
  const invite = (await door.station.ladder()).find(({message}) => /^Replaces: /m.test(message));
  expect(invite?.message).toMatch(/^Referred-By: .*sip:kitchen@/m);
  expect(await door.station.stop()).toBe(0);
  expectHeard(visitor, second.heard()!, linphoneLike);
  expectHeard(door.sound.heard(), office);
});

test('attended, by linphonec, the other way round: the office, a station too, takes the place of the kitchen at the door', async (context) => {
  requirePeers(context, 'kamailio', 'linphonec');
  const all = await house(startRun(context));
  const {first, door} = all;
  // It waits until it has come to the door, for all of it is to be heard there.
  const second = await all.station('office', later(office, 2));
  await consult(all);
  await second.station.waitForState('talking');
  await first.process.waitForOutput(/Call 2 .*connected/i);
  first.process.write('transfer 2 --to-call 1\n');
  const moved = await door.station.waitForEntry('call-moved');
  expect(moved.text).toMatch(/^The call moved from kitchen to .*sip:office@/);
  expect((await second.station.waitForEntry('call-moved')).text).toMatch(/ to sip:door@/);
  await pause(6500);
  expect(await door.station.state()).toBe('talking');
  await second.station.hangUp();
  await door.station.waitForState('idle');
  for (const {station} of [door, second]) expect(await station.stop()).toBe(0);
  expectHeard(door.sound.heard(), office);
  expectHeard(second.sound.heard(), visitor);
});

import {readdirSync, readlinkSync} from 'node:fs';
import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {correlate} from '../support/correlation.ts';
import {Kamailio} from '../support/peers/kamailio.ts';
import {Linphone} from '../support/peers/linphone.ts';
import {requirePeers} from '../support/peers/require.ts';
import {Sipp} from '../support/peers/sipp.ts';
import {houseUsers} from '../support/registered-house.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';
import {type StationSound, soundFiles} from '../support/station-sound.ts';

const visitor = makeSpeech(4, 41);
const resident = makeSpeech(4, 42);
const bell = {name: 'bell', input: 'button-1'};

interface Account {
  name: string;
  registered: boolean;
  reason: string;
}

test('through Kamailio with SHA-256 digest, which asks at REGISTER and INVITE: two stations hear each other', async (context) => {
  requirePeers(context, 'kamailio');
  const run = startRun(context);
  // No phone here knows more than MD5.
  const {domain, port} = await Kamailio.start(run, {users: houseUsers, algorithm: 'SHA-256'});
  const start = async (user: keyof typeof houseUsers, sound: StationSound): Promise<TestStation> => {
    const password = houseUsers[user];
    const account = {
      name: 'house',
      uri: `sip:${user}@${domain}`,
      password,
      registrar: `sip:127.0.0.1:${port}`,
    };
    const station = await TestStation.start(run, {
      name: user,
      sip: {accounts: [account]},
      buttons: [{...bell, call: ['kitchen']}],
      answer: {mode: 'automatic', from: ['house']},
      audio: sound.audio,
    });
    await station.waitForEntry('account-registered');
    return station;
  };
  const sounds = {door: soundFiles(run, visitor, 'door'), kitchen: soundFiles(run, resident, 'kitchen')};
  const door = await start('door', sounds.door);
  const kitchen = await start('kitchen', sounds.kitchen);
  const {accounts} = await door.get<{accounts: Account[]}>('/api/status');
  expect(accounts[0]).toMatchObject({name: 'house', registered: true});
  await door.press();
  await door.waitForState('talking');
  await pause(4500);
  await door.hangUp();
  await kitchen.waitForState('idle');
  const ladder = await door.ladder();
  expect(ladder.some(({message}) => /^Proxy-Authorization: .*algorithm=SHA-256/im.test(message))).toBe(true);
  for (const station of [door, kitchen]) expect(await station.stop()).toBe(0);
  expect(correlate(sounds.door.heard(), resident).value).toBeGreaterThanOrEqual(0.95);
  expect(correlate(sounds.kitchen.heard(), visitor).value).toBeGreaterThanOrEqual(0.95);
});

test('a wrong password: the account is down, and the reason says so and no more', async (context) => {
  requirePeers(context, 'kamailio');
  const run = startRun(context);
  const {domain, port} = await Kamailio.start(run, {users: houseUsers});
  const account = {
    name: 'house',
    uri: `sip:door@${domain}`,
    password: 'not-the-password',
    registrar: `sip:127.0.0.1:${port}`,
  };
  const station = await TestStation.start(run, {sip: {accounts: [account]}});
  const entry = await station.waitForEntry('account-down');
  expect(entry['reason']).toMatch(/password refused by 127\.0\.0\.1/i);
  expect(station.process.output).not.toContain('not-the-password');
});

test('linphonec is the phone: it rings, both talk, 7 opens the door', async (context) => {
  requirePeers(context, 'linphonec');
  const run = startRun(context);
  const phone = await Linphone.start(run, {user: 'guard', says: resident});
  const said = makeSpeech(8, 43);
  const sound = soundFiles(run, said);
  const station = await TestStation.start(run, {
    buttons: [{...bell, call: [phone.uri]}],
    doors: [{name: 'front', output: 'relay-1', open_seconds: 1, code: '7'}],
    audio: sound.audio,
  });
  await station.press();
  await phone.waitForCall();
  phone.answer();
  await phone.talk();
  await station.waitForState('talking');
  await pause(5000);
  phone.sendDigits('7');
  await station.waitForEntry('door-opened');
  phone.hangUp();
  await station.waitForState('idle');
  expect(await station.stop()).toBe(0);
  // Its own jitter buffer and rate converter change the sound somewhat.
  expect(correlate(said, phone.heard()!).value).toBeGreaterThanOrEqual(0.85);
  expect(correlate(sound.heard(), resident).value).toBeGreaterThanOrEqual(0.95);
});

test("SIPp's default caller: ten calls, all answered, nothing left behind", async (context) => {
  requirePeers(context, 'sipp');
  const run = startRun(context);
  const station = await TestStation.start(run, {answer: {mode: 'automatic', from: ['any']}});
  await (await Sipp.start(run, {scenario: 'uac', target: station.sipPort, service: 'door'})).result();
  await station.waitForState('idle');
  const before = openFiles(station.process.pid!);
  for (let call = 0; call < 10; call += 1) {
    const sipp = await Sipp.start(run, {
      scenario: 'uac',
      target: station.sipPort,
      service: 'door',
      callMilliseconds: 100,
    });
    const {exitCode, successful, failed, errors} = await sipp.result();
    expect({exitCode, successful, failed, errors}).toEqual({
      exitCode: 0,
      successful: 1,
      failed: 0,
      errors: '',
    });
    await station.waitForState('idle');
  }
  const answered = (await station.journal()).filter(({kind}) => kind === 'call-answered');
  expect(answered).toHaveLength(11);
  await station.process.waitUntil(
    'all its sockets and files are closed again',
    () => openFiles(station.process.pid!).length <= before.length,
  );
});

test("SIPp's default callee answers the bell", async (context) => {
  requirePeers(context, 'sipp');
  const run = startRun(context);
  const sipp = await Sipp.start(run, {scenario: 'uas'});
  const station = await TestStation.start(run, {
    buttons: [{...bell, call: [`sip:service@127.0.0.1:${sipp.port}`]}],
  });
  await station.press();
  await station.waitForState('talking');
  await station.hangUp();
  const {exitCode, successful, errors} = await sipp.result();
  expect({exitCode, successful, errors}).toEqual({exitCode: 0, successful: 1, errors: ''});
});

/** What a process has open: file names, and sockets by number. */
function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((number) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${number}`)];
    } catch {
      return []; // closed in this moment
    }
  });
}

import {readdirSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {correlate} from '../support/correlation.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {Kamailio} from '../support/peers/kamailio.ts';
import {Linphone} from '../support/peers/linphone.ts';
import {requirePeers} from '../support/peers/require.ts';
import {Rtpengine} from '../support/peers/rtpengine.ts';
import {Sipp} from '../support/peers/sipp.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';
import {readWav, writeWav} from '../support/wav.ts';

const visitor = makeSpeech(4, 41);
const resident = makeSpeech(4, 42);
const users = {door: 'door-secret', kitchen: 'kitchen-secret'};
const bell = {name: 'bell', input: 'button-1'};

interface Account {
  name: string;
  registered: boolean;
  reason: string;
}

for (const [algorithm, relayed] of [
  ['MD5', false],
  ['MD5', true],
  ['SHA-256', false],
] as const) {
  test(`through Kamailio with ${algorithm} digest${relayed ? ' and rtpengine between' : ''}: both ways, 7 opens`, async (context) => {
    requirePeers(context, 'baresip', 'kamailio', ...(relayed ? (['rtpengine'] as const) : []));
    const run = startRun(context);
    const relay = relayed ? await Rtpengine.start(run) : undefined;
    const server = await Kamailio.start(run, {users, algorithm, ...(relay ? {relay} : {})});
    const {domain, port} = server;
    // baresip 1.0 knows MD5 only: with another algorithm it is called by address, and the server is tried by our own two requests.
    const registrar = {domain, port, password: users.kitchen};
    const phone = await Baresip.start(run, {
      user: 'kitchen',
      says: resident,
      autoAnswer: true,
      ...(algorithm === 'MD5' ? {registrar} : {}),
    });
    const said = join(run.folder, 'visitor.wav');
    const heard = join(run.folder, 'heard.wav');
    writeWav(said, visitor);
    const account = {
      name: 'house',
      uri: `sip:door@${domain}`,
      password: users.door,
      registrar: `sip:127.0.0.1:${port}`,
    };
    const station = await TestStation.start(run, {
      sip: {accounts: [account]},
      buttons: [{...bell, call: [algorithm === 'MD5' ? 'kitchen' : phone.uri]}],
      doors: [{name: 'front', output: 'relay-1', open_seconds: 1, code: '7'}],
      answer: {mode: 'automatic', from: ['house']},
      audio: {microphone: `file:${said}`, speaker: `file:${heard}`},
    });
    await station.waitForEntry('account-registered');
    const {accounts} = await station.get<{accounts: Account[]}>('/api/status');
    expect(accounts[0]).toMatchObject({name: 'house', registered: true});

    await station.press();
    await station.waitForState('talking');
    await pause(4500);
    await phone.sendDigits('7');
    await station.waitForEntry('door-opened');
    await phone.hangUp();
    await station.waitForState('idle');
    expect(correlate(visitor, phone.heard()!).value).toBeGreaterThanOrEqual(0.99);

    if (algorithm === 'MD5') {
      const before = await station.lastSequence();
      await phone.dial(`sip:door@${domain}`);
      await station.waitForEntry('call-answered', before);
      await pause(1000);
      await station.hangUp();
      await phone.waitFor('CALL_CLOSED', {seen: 1});
    }
    expect(await station.stop()).toBe(0);
    expect(correlate(readWav(heard), resident).value).toBeGreaterThanOrEqual(0.95);
  });
}

test('a wrong password: the account is down, and the reason says so and no more', async (context) => {
  requirePeers(context, 'kamailio');
  const run = startRun(context);
  const {domain, port} = await Kamailio.start(run, {users});
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
  const said = join(run.folder, 'visitor.wav');
  const heard = join(run.folder, 'heard.wav');
  writeWav(said, makeSpeech(8, 43));
  const station = await TestStation.start(run, {
    buttons: [{...bell, call: [phone.uri]}],
    doors: [{name: 'front', output: 'relay-1', open_seconds: 1, code: '7'}],
    audio: {microphone: `file:${said}`, speaker: `file:${heard}`},
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
  expect(correlate(makeSpeech(8, 43), phone.heard()!).value).toBeGreaterThanOrEqual(0.85);
  expect(correlate(readWav(heard), resident).value).toBeGreaterThanOrEqual(0.95);
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

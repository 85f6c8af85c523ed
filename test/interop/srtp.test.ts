import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {Authority} from '../support/certificates.ts';
import {correlate} from '../support/correlation.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {Kamailio} from '../support/peers/kamailio.ts';
import {Linphone} from '../support/peers/linphone.ts';
import {requirePeers} from '../support/peers/require.ts';
import {Rtpengine} from '../support/peers/rtpengine.ts';
import {houseUsers as users} from '../support/registered-house.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';
import {type StationSound, soundFiles} from '../support/station-sound.ts';

const visitor = makeSpeech(4, 51);
const resident = makeSpeech(4, 52);

interface Status {
  call: {encryption: string | null} | null;
}

/** A station whose account is at the phone itself, which takes calls though it registers nobody. */
async function stationAt(
  run: Run,
  phone: {port: number; uri: string},
  srtp: 'off' | 'optional' | 'required',
) {
  const sound = soundFiles(run, visitor);
  const station = await TestStation.start(run, {
    sip: {accounts: [{name: 'house', uri: `sip:door@127.0.0.1:${phone.port}`, srtp}]},
    buttons: [{name: 'bell', input: 'button-1', call: [phone.uri]}],
    answer: {mode: 'automatic', from: ['any']},
    doors: [{name: 'front', output: 'relay-1', open_seconds: 1, code: '7'}],
    audio: sound.audio,
  });
  return {station, sound};
}

async function talk(station: TestStation, phone: Baresip): Promise<string | null> {
  await station.waitForState('talking');
  const {call} = await station.get<Status>('/api/status');
  await pause(4500);
  await phone.sendDigits('7');
  await station.waitForEntry('door-opened');
  await phone.hangUp();
  await station.waitForState('idle');
  expect(await station.stop()).toBe(0);
  return call?.encryption ?? null;
}

function expectBothHeard(phone: Baresip, {heard}: StationSound): void {
  expect(correlate(visitor, phone.heard()!).value).toBeGreaterThanOrEqual(0.99);
  expect(correlate(heard(), resident).value).toBeGreaterThanOrEqual(0.95);
}

const suite = 'AES_CM_128_HMAC_SHA1_80';
for (const [srtp, encryption, expected] of [
  ['required', 'srtp-mand', suite],
  ['required', 'srtp', suite],
  ['optional', 'srtp-mand', suite],
  ['optional', 'srtp', suite],
  ['optional', undefined, null],
  ['off', 'srtp', null],
] as const) {
  test(`srtp ${srtp}, a phone with ${encryption ?? 'none'}: both ways, ${expected ?? 'plain'}, 7 opens`, async (context) => {
    requirePeers(context, 'baresip');
    const run = startRun(context);
    const phone = await Baresip.start(run, {
      user: 'kitchen',
      says: resident,
      autoAnswer: true,
      ...(encryption ? {encryption} : {}),
    });
    const {station, sound} = await stationAt(run, phone, srtp);
    await station.press();
    expect(await talk(station, phone)).toBe(expected);
    expectBothHeard(phone, sound);
  });
}

for (const encryption of ['srtp', 'srtp-mand'] as const) {
  test(`a phone with ${encryption} calls, and encryption is required: both ways, encrypted`, async (context) => {
    requirePeers(context, 'baresip');
    const run = startRun(context);
    const phone = await Baresip.start(run, {user: 'kitchen', says: resident, encryption});
    const {station, sound} = await stationAt(run, phone, 'required');
    await phone.dial(station.address());
    await phone.waitFor('CALL_ESTABLISHED');
    expect(await talk(station, phone)).toBe(suite);
    expectBothHeard(phone, sound);
  });
}

test('encryption is required, and the phone has none: no call, and the journal says why', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const phone = await Baresip.start(run, {user: 'kitchen', says: resident, autoAnswer: true});
  const {station} = await stationAt(run, phone, 'required');
  await station.waitForEntry('keys-readable');
  await station.press();
  const ended = await station.waitForEntry('call-ended');
  expect(ended['result']).toBe('failed');
  expect(JSON.stringify(ended)).toMatch(/SRTP.*required/);

  await phone.dial(station.address());
  const closed = await phone.waitFor('CALL_CLOSED', {seen: 1});
  expect(closed.param).toMatch(/488/);
  expect(phone.heard()).toBeUndefined();
});

for (const relayed of [false, true]) {
  test(`keys travel over TLS${relayed ? ', rtpengine between' : ''}: both ways, encrypted, and nobody is shown a key`, async (context) => {
    const relay = relayed ? (['rtpengine'] as const) : [];
    requirePeers(context, 'baresip', 'kamailio', 'kamailio-tls', 'openssl', ...relay);
    const run = startRun(context);
    const authority = new Authority(run.folder);
    const server = await Kamailio.start(run, {
      users,
      identity: authority.issue('kamailio', ['IP:127.0.0.1']),
      ...(relayed ? {relay: await Rtpengine.start(run)} : {}),
    });
    const {domain, port} = server;
    const phone = await Baresip.start(run, {
      user: 'kitchen',
      says: resident,
      autoAnswer: true,
      encryption: 'srtp-mand',
      registrar: {domain, port, password: users.kitchen},
    });
    const registrar = `sip:127.0.0.1:${server.tlsPort};transport=tls`;
    const account = {name: 'house', uri: `sip:door@${domain}`, password: users.door, registrar};
    const sound = soundFiles(run, visitor);
    const station = await TestStation.start(run, {
      sip: {
        accounts: [{...account, srtp: 'required'}],
        tls: {authorities: authority.identity.certificateFile},
      },
      buttons: [{name: 'bell', input: 'button-1', call: ['kitchen']}],
      doors: [{name: 'front', output: 'relay-1', open_seconds: 1, code: '7'}],
      audio: sound.audio,
    });
    await station.waitForEntry('account-registered');
    await station.press();
    await station.waitForState('talking');
    const ladder = JSON.stringify(await station.ladder());
    const journal = await station.journal();
    const status = JSON.stringify(await station.get('/api/status'));
    expect(await talk(station, phone)).toBe(suite);
    expectBothHeard(phone, sound);
    expect(ladder).toMatch(/inline:\(hidden\)/);
    expect(ladder).not.toMatch(/inline:(?!\(hidden\))/);
    expect(status).not.toMatch(/key|inline/i);
    expect(station.process.output).not.toContain('inline:');
    expect(journal.map(({kind}) => kind)).not.toContain('keys-readable');
  });
}

// It takes RTP/AVP for what it says, whatever keys are with it.
for (const [srtp, expected] of [
  ['optional', null],
  ['required', suite],
] as const) {
  test(`srtp ${srtp}, linphonec is the phone: both ways, ${expected ?? 'plain'}`, async (context) => {
    requirePeers(context, 'linphonec');
    const run = startRun(context);
    const phone = await Linphone.start(run, {user: 'guard', says: resident});
    const {station, sound} = await stationAt(run, phone, srtp);
    await station.press();
    await phone.waitForCall();
    phone.answer();
    await phone.talk();
    await station.waitForState('talking');
    const {call} = await station.get<Status>('/api/status');
    await pause(5000);
    phone.hangUp();
    await station.waitForState('idle');
    expect(await station.stop()).toBe(0);
    expect(call?.encryption).toBe(expected);
    expect(correlate(visitor, phone.heard()!).value).toBeGreaterThanOrEqual(0.85);
    expect(correlate(sound.heard(), resident).value).toBeGreaterThanOrEqual(0.95);
  });
}

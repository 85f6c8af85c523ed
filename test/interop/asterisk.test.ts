import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {Authority} from '../support/certificates.ts';
import {correlate} from '../support/correlation.ts';
import {Asterisk, type AsteriskOptions} from '../support/peers/asterisk.ts';
import {requirePeers} from '../support/peers/require.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {type StationSettings, TestStation} from '../support/station.ts';
import {readWav, type Sound, writeWav} from '../support/wav.ts';

const visitor = makeSpeech(4, 71);
const resident = makeSpeech(3, 72);
const manual = {answer: {mode: 'manual', from: ['house']}};

interface HouseOptions extends Pick<AsteriskOptions, 'identity'> {
  srtp?: 'off' | 'required';
  insistsOnKeys?: boolean;
  settings?: StationSettings;
}

/** An Asterisk, and a station that is registered there. */
async function house(run: Run, {identity, srtp, insistsOnKeys, settings}: HouseOptions = {}) {
  const password = 'door-secret';
  const server = await Asterisk.start(run, {
    phones: {door: {password, ...(insistsOnKeys ? {encryption: 'sdes'} : {})}},
    says: resident,
    ...(identity ? {identity} : {}),
  });
  const said = join(run.folder, 'visitor.wav');
  const speaker = join(run.folder, 'heard.wav');
  writeWav(said, visitor);
  const registrar = identity
    ? `sip:127.0.0.1:${server.tlsPort};transport=tls`
    : `sip:127.0.0.1:${server.port}`;
  const account = {name: 'house', uri: 'sip:door@127.0.0.1', password, registrar, srtp: srtp ?? 'off'};
  const station = await TestStation.start(run, {
    answer: {mode: 'automatic', from: ['house']},
    audio: {microphone: `file:${said}`, speaker: `file:${speaker}`},
    ...settings,
    sip: {accounts: [account], domain: '127.0.0.1', ...settings?.sip},
  });
  await station.waitForEntry('account-registered');
  return {server, station, speaker};
}

async function dial(station: TestStation, to: string): Promise<void> {
  const response = await station.send('POST', '/api/calls', {to});
  expect(response.status, await response.text()).toBe(200);
}

/** Stops the station; then its loudspeaker must have given the sound, so many seconds of it at least. */
async function expectHeard(station: TestStation, speaker: string, sound: Sound, seconds = 2): Promise<void> {
  expect(await station.stop()).toBe(0);
  const found = correlate(sound, readWav(speaker));
  expect(found.value).toBeGreaterThanOrEqual(0.95);
  expect(found.seconds).toBeGreaterThanOrEqual(seconds);
}

/** The SIP messages of the latest call. */
async function messages(station: TestStation): Promise<string[]> {
  const [call] = await station.get<{id: number}[]>('/api/calls');
  const ladder = await station.get<{message: string}[]>(`/api/calls/${call!.id}/ladder`);
  return ladder.map(({message}) => message);
}

test('100, echo: the visitor hears what they say, with session timers', async (context) => {
  requirePeers(context, 'asterisk');
  const {station, speaker} = await house(startRun(context));
  await dial(station, '100');
  await station.waitForState('talking');
  await pause(4500);
  await station.hangUp();
  await station.waitForState('idle');
  const answer = (await messages(station)).find((message) => /^SIP\/2\.0 200/.test(message));
  expect(answer).toMatch(/^Session-Expires: 1800;refresher=uac/m);
  await expectHeard(station, speaker, visitor);
});

test('101 and 102, an announcement and music on hold: heard, and 101 hangs up', async (context) => {
  requirePeers(context, 'asterisk');
  const {station, speaker} = await house(startRun(context));
  await dial(station, '101');
  await station.waitForState('talking');
  expect((await station.waitForEntry('call-ended'))['result']).toBe('answered');
  await dial(station, '102');
  await station.waitForState('talking');
  await pause(2000);
  await station.hangUp();
  await expectHeard(station, speaker, resident, 4);
});

test('109: what comes before any answer is heard, and then it is busy', async (context) => {
  requirePeers(context, 'asterisk');
  const {station, speaker} = await house(startRun(context));
  await dial(station, '109');
  expect((await station.waitForEntry('call-ended'))['result']).toBe('busy');
  expect((await messages(station)).some((message) => /^SIP\/2\.0 183/.test(message))).toBe(true);
  await expectHeard(station, speaker, resident);
});

test('106: 159# opens the door, once', async (context) => {
  requirePeers(context, 'asterisk');
  const settings = {doors: [{name: 'front', output: 'relay-1', open_seconds: 0.5, code: '159#'}]};
  const {station} = await house(startRun(context), {settings});
  await dial(station, '106');
  await station.waitForEntry('door-opened');
  await station.hangUp();
  await station.waitForState('idle');
  const kinds = (await station.journal()).map(({kind}) => kind);
  expect(kinds.filter((kind) => kind === 'door-opened')).toHaveLength(1);
  expect(kinds).not.toContain('wrong-code');
});

test('it calls the door, which answers, also as a member of the queue 104: it is heard', async (context) => {
  requirePeers(context, 'asterisk');
  const {server, station, speaker} = await house(startRun(context));
  await server.call('door');
  await station.waitForEntry('call-answered');
  expect((await station.waitForEntry('call-ended'))['result']).toBe('answered');
  const accepted = (await messages(station)).find((message) => /^SIP\/2\.0 200/.test(message));
  expect(accepted).toMatch(/^Session-Expires: 90;refresher=/m);
  const before = await station.lastSequence();
  await server.callNumber('104');
  await station.waitForEntry('call-answered', before);
  await station.waitForEntry('call-ended', before);
  await expectHeard(station, speaker, resident, 4);
});

test('103 and 121, a page with Call-Info and a call with Alert-Info: answered without a hand', async (context) => {
  requirePeers(context, 'asterisk');
  const {server, station, speaker} = await house(startRun(context), {settings: manual});
  for (const number of ['103', '121']) {
    const before = await station.lastSequence();
    await server.callNumber(number);
    await station.waitForEntry('call-answered', before);
    await station.waitForEntry('call-ended', before);
  }
  await expectHeard(station, speaker, resident, 4);
});

test('a call without such a header waits for a hand then', async (context) => {
  requirePeers(context, 'asterisk');
  const {server, station} = await house(startRun(context), {settings: manual});
  await server.call('door');
  await station.waitForState('incoming');
  await pause(500);
  expect(await station.state()).toBe('incoming');
  await station.send('POST', '/api/calls/current/answer');
  await station.waitForState('talking');
});

test('over TLS with SDES: both ways encrypted', async (context) => {
  requirePeers(context, 'asterisk', 'openssl');
  const run = startRun(context);
  const authority = new Authority(run.folder);
  const {server, station, speaker} = await house(run, {
    identity: authority.issue('asterisk', ['IP:127.0.0.1']),
    srtp: 'required',
    insistsOnKeys: true,
    settings: {sip: {tls: {authorities: authority.identity.certificateFile}}},
  });
  await dial(station, '100');
  await station.waitForState('talking');
  await pause(1000);
  const {call} = await station.get<{call: {encryption: string | null}}>('/api/status');
  expect(call.encryption).toBe('AES_CM_128_HMAC_SHA1_80');
  await pause(3500);
  await station.hangUp();
  await station.waitForState('idle');
  const before = await station.lastSequence();
  await server.call('door');
  await station.waitForEntry('call-answered', before);
  await station.waitForEntry('call-ended', before);
  const samples = Int16Array.of(...visitor.samples, ...resident.samples);
  await expectHeard(station, speaker, {...visitor, samples}, 4);
});

test('it insists on SDES, and srtp is off: no call, and the journal says why', async (context) => {
  requirePeers(context, 'asterisk');
  const {station} = await house(startRun(context), {insistsOnKeys: true});
  await dial(station, '100');
  const ended = await station.waitForEntry('call-ended');
  expect(ended['result']).toBe('failed');
  expect(ended.text).toMatch(/encryption \(srtp\) is needed there \(488/);
});

import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {Authority} from '../support/certificates.ts';
import {correlate} from '../support/correlation.ts';
import {Asterisk, type AsteriskOptions} from '../support/peers/asterisk.ts';
import {requirePeers} from '../support/peers/require.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {type StationSettings, TestStation} from '../support/station.ts';
import {type StationSound, soundFiles} from '../support/station-sound.ts';
import type {Sound} from '../support/wav.ts';

const program = fileURLToPath(new URL('../../firmware/cli.ts', import.meta.url));
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
  const sound = soundFiles(run, visitor);
  const registrar = identity
    ? `sip:127.0.0.1:${server.tlsPort};transport=tls`
    : `sip:127.0.0.1:${server.port}`;
  const account = {name: 'house', uri: 'sip:door@127.0.0.1', password, registrar, srtp: srtp ?? 'off'};
  const station = await TestStation.start(run, {
    answer: {mode: 'automatic', from: ['house']},
    audio: sound.audio,
    ...settings,
    sip: {accounts: [account], domain: '127.0.0.1', ...settings?.sip},
  });
  await station.waitForEntry('account-registered');
  return {server, station, sound};
}

/**
 * Stops the station; then its loudspeaker must have given the words, so many seconds of it for certain. It gives tones of the
 * station's own as well, until Asterisk answers, which takes its time on a busy machine.
 */
async function expectHeard(
  station: TestStation,
  {heard}: StationSound,
  words: Sound,
  seconds = 2,
): Promise<void> {
  expect(await station.stop()).toBe(0);
  const found = correlate(words, heard());
  expect(found.value).toBeGreaterThanOrEqual(0.85);
  expect(found.certainSeconds).toBeGreaterThanOrEqual(seconds);
}

test('100, echo: the visitor hears what they say, with session timers', async (context) => {
  requirePeers(context, 'asterisk');
  const {station, sound} = await house(startRun(context));
  await station.dial('100');
  await station.waitForState('talking');
  await pause(4500);
  await station.hangUp();
  await station.waitForState('idle');
  const answer = (await station.ladder()).find(({message}) => /^SIP\/2\.0 200/.test(message));
  expect(answer?.message).toMatch(/^Session-Expires: 1800;refresher=uac/m);
  await expectHeard(station, sound, visitor);
});

test('101 and 102, an announcement and music on hold: heard, and 101 hangs up', async (context) => {
  requirePeers(context, 'asterisk');
  const {station, sound} = await house(startRun(context));
  await station.dial('101');
  await station.waitForState('talking');
  expect((await station.waitForEntry('call-ended'))['result']).toBe('answered');
  await station.dial('102');
  await station.waitForState('talking');
  await pause(2000);
  await station.hangUp();
  await expectHeard(station, sound, resident, 4);
});

test('109: what comes before any answer is heard, and then it is busy', async (context) => {
  requirePeers(context, 'asterisk');
  const {station, sound} = await house(startRun(context));
  await station.dial('109');
  expect((await station.waitForEntry('call-ended'))['result']).toBe('busy');
  expect((await station.ladder()).some(({message}) => /^SIP\/2\.0 183/.test(message))).toBe(true);
  await expectHeard(station, sound, resident);
});

test('106: 159# opens the door, once', async (context) => {
  requirePeers(context, 'asterisk');
  const settings = {doors: [{name: 'front', output: 'relay-1', open_seconds: 0.5, code: '159#'}]};
  const {station} = await house(startRun(context), {settings});
  await station.dial('106');
  await station.waitForEntry('door-opened');
  await station.hangUp();
  await station.waitForState('idle');
  const kinds = (await station.journal()).map(({kind}) => kind);
  expect(kinds.filter((kind) => kind === 'door-opened')).toHaveLength(1);
  expect(kinds).not.toContain('wrong-code');
});

test('107, which presses what it hears: keys typed into `doorline call` go there and come back', async (context) => {
  requirePeers(context, 'asterisk');
  const run = startRun(context);
  const {server, station} = await house(run);
  await station.stop();
  const command = [process.execPath, program, 'call', '--config', station.configFile, 'sip:107@127.0.0.1'];
  // It reads keys of a terminal only, and `script` makes one.
  const call = run.processes.start('script', [
    '--quiet',
    '--return',
    '--command',
    command.join(' '),
    '/dev/null',
  ]);
  await call.waitForOutput(/Keys 0-9/);
  await server.process.waitForOutput(/Accepting a maximum of 4 digits/);
  call.write('1*5D');
  expect(await call.waitForExit(20_000)).toBe(0);
  const pressed = [...call.output.matchAll(/the other side pressed (.)/g)].map(([, digit]) => digit);
  expect(pressed.join('')).toBe('1*5D');
});

test('it calls the door, which answers, also as a member of the queue 104: it is heard', async (context) => {
  requirePeers(context, 'asterisk');
  const {server, station, sound} = await house(startRun(context));
  await server.call('door');
  await station.waitForEntry('call-answered');
  expect((await station.waitForEntry('call-ended'))['result']).toBe('answered');
  const accepted = (await station.ladder()).find(({message}) => /^SIP\/2\.0 200/.test(message));
  expect(accepted?.message).toMatch(/^Session-Expires: 90;refresher=/m);
  const before = await station.lastSequence();
  await server.callNumber('104');
  await station.waitForEntry('call-answered', before);
  await station.waitForEntry('call-ended', before);
  await expectHeard(station, sound, resident, 4);
});

test('103 and 121, a page with Call-Info and a call with Alert-Info: answered without a hand', async (context) => {
  requirePeers(context, 'asterisk');
  const {server, station, sound} = await house(startRun(context), {settings: manual});
  for (const number of ['103', '121']) {
    const before = await station.lastSequence();
    await server.callNumber(number);
    await station.waitForEntry('call-answered', before);
    await station.waitForEntry('call-ended', before);
  }
  await expectHeard(station, sound, resident, 4);
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

test('108, a transfer by its dial plan: the visitor hears 101', async (context) => {
  requirePeers(context, 'asterisk');
  const {station, sound} = await house(startRun(context));
  await station.dial('108');
  const moved = await station.waitForEntry('call-moved');
  expect(moved.text).toMatch(/^The call moved from 108 to sip:101@127\.0\.0\.1/);
  const ended = await station.waitForEntry('call-ended');
  expect(ended).toMatchObject({result: 'answered', peer: moved['peer']});
  expect(await station.stop()).toBe(0);
  // All of it is there, the first word too, behind the tones of the call to 108.
  expect(correlate(sound.heard(), resident).value).toBeGreaterThanOrEqual(0.95);
});

test('110, two messages for the door: it tells how many wait, without being asked', async (context) => {
  requirePeers(context, 'asterisk');
  const {server, station} = await house(startRun(context));
  await server.callNumber('110');
  const first = await station.waitForEntry('mailbox');
  expect(first).toMatchObject({account: 'house', waiting: true, new: 1, old: 0});
  await server.callNumber('110');
  await station.waitForEntry('mailbox', first.seq);
  const {accounts} = await station.get<{accounts: {messages: unknown}[]}>('/api/status');
  expect(accounts[0]?.messages).toEqual({waiting: true, new: 2, old: 0});
});

test('over TLS with SDES: both ways encrypted', async (context) => {
  requirePeers(context, 'asterisk', 'openssl');
  const run = startRun(context);
  const authority = new Authority(run.folder);
  const {server, station, sound} = await house(run, {
    identity: authority.issue('asterisk', ['IP:127.0.0.1']),
    srtp: 'required',
    insistsOnKeys: true,
    settings: {sip: {tls: {authorities: authority.identity.certificateFile}}},
  });
  await station.dial('100');
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
  await expectHeard(station, sound, {...visitor, samples}, 4);
});

test('it insists on SDES, and srtp is off: no call, and the journal says why', async (context) => {
  requirePeers(context, 'asterisk');
  const {station} = await house(startRun(context), {insistsOnKeys: true});
  await station.dial('100');
  const ended = await station.waitForEntry('call-ended');
  expect(ended['result']).toBe('failed');
  expect(ended.text).toMatch(/encryption \(srtp\) is needed there \(488/);
});

test('it calls and insists on SDES, and srtp is off: refused, and the journal says what to set', async (context) => {
  requirePeers(context, 'asterisk');
  const {server, station} = await house(startRun(context), {insistsOnKeys: true});
  await server.call('door');
  const entry = await station.waitForEntry('call-unanswerable');
  expect(entry.text).toMatch(/only encrypted sound .* is offered.*"srtp: optional".*"house"/);
  expect(await station.state()).toBe('idle');
});

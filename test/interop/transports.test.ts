import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {Authority, type Identity} from '../support/certificates.ts';
import {correlate} from '../support/correlation.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {Kamailio} from '../support/peers/kamailio.ts';
import {requirePeers} from '../support/peers/require.ts';
import {freePort} from '../support/ports.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {type StationSettings, TestStation} from '../support/station.ts';
import {readWav, writeWav} from '../support/wav.ts';

const visitor = makeSpeech(4, 51);
const resident = makeSpeech(4, 52);
const users = {door: 'door-secret', kitchen: 'kitchen-secret'};
const bell = {name: 'bell', input: 'button-1'};

interface LadderMessage {
  message: string;
}

/** Server and phone, and a station that reaches the server by `registrar` and is to be heard and to hear. */
async function house(run: Run, server: Kamailio, registrar: string, sip: StationSettings['sip']) {
  const {domain, port} = server;
  const phone = await Baresip.start(run, {
    user: 'kitchen',
    says: resident,
    autoAnswer: true,
    registrar: {domain, port, password: users.kitchen},
  });
  const said = join(run.folder, 'visitor.wav');
  const heard = join(run.folder, 'heard.wav');
  writeWav(said, visitor);
  const station = await TestStation.start(run, {
    sip: {accounts: [{name: 'house', uri: `sip:door@${domain}`, password: users.door, registrar}], ...sip},
    buttons: [{...bell, call: ['kitchen']}],
    answer: {mode: 'automatic', from: ['house']},
    audio: {microphone: `file:${said}`, speaker: `file:${heard}`},
  });
  await station.waitForEntry('account-registered');
  return {phone, station, heard};
}

/** The SIP messages of the latest call. */
async function messages(station: TestStation): Promise<string[]> {
  const [call] = await station.get<{id: string}[]>('/api/calls');
  const ladder = await station.get<LadderMessage[]>(`/api/calls/${encodeURIComponent(call!.id)}/ladder`);
  return ladder.map(({message}) => message);
}

/** Calls both ways, with sound; every message of the first call must have travelled over `transport`. */
async function expectCalls(
  {phone, station, heard}: Awaited<ReturnType<typeof house>>,
  domain: string,
  transport: 'TCP' | 'TLS',
): Promise<void> {
  await station.press();
  await station.waitForState('talking');
  await pause(4500);
  await phone.hangUp();
  await station.waitForState('idle');
  expect(correlate(visitor, phone.heard()!).value).toBeGreaterThanOrEqual(0.99);
  const sent = (await messages(station)).filter((message) => /^(INVITE|ACK|BYE)/.test(message));
  expect(sent.length).toBeGreaterThanOrEqual(3);
  for (const message of sent) expect(/^Via: SIP\/2\.0\/(\w+)/m.exec(message)?.[1]).toBe(transport);
  expect(sent[0]).toMatch(
    new RegExp(`^Contact: <sip:door@127\\.0\\.0\\.1:\\d+;transport=${transport}>`, 'im'),
  );

  const before = await station.lastSequence();
  await phone.dial(`sip:door@${domain}`);
  await station.waitForEntry('call-answered', before);
  await pause(1000);
  await station.hangUp();
  await phone.waitFor('CALL_CLOSED', {seen: 1});
  expect(await station.stop()).toBe(0);
  expect(correlate(readWav(heard), resident).value).toBeGreaterThanOrEqual(0.95);
}

test('through Kamailio over TCP, with a listener of ours: calls both ways', async (context) => {
  requirePeers(context, 'baresip', 'kamailio');
  const run = startRun(context);
  const server = await Kamailio.start(run, {users});
  const listen = [`udp:127.0.0.1:${await freePort()}`, `tcp:127.0.0.1:${await freePort()}`];
  const parts = await house(run, server, `sip:127.0.0.1:${server.port};transport=tcp`, {listen});
  await expectCalls(parts, server.domain, 'TCP');
});

test('through Kamailio over TCP without a listener: it reaches us on our connection', async (context) => {
  requirePeers(context, 'baresip', 'kamailio');
  const run = startRun(context);
  const server = await Kamailio.start(run, {users});
  const parts = await house(run, server, `sip:127.0.0.1:${server.port};transport=tcp`, {});
  await expectCalls(parts, server.domain, 'TCP');
});

/** Kamailio with TLS, and what a station needs to trust it. */
async function secureServer(run: Run, names: string[], clientAuthority?: Identity) {
  const authority = new Authority(run.folder);
  const server = await Kamailio.start(run, {
    users,
    identity: authority.issue('kamailio', names),
    ...(clientAuthority ? {clientAuthority} : {}),
  });
  return {authority, server, registrar: `sip:127.0.0.1:${server.tlsPort};transport=tls`};
}

test('through Kamailio over TLS, its certificate verified: calls both ways', async (context) => {
  requirePeers(context, 'baresip', 'kamailio', 'kamailio-tls', 'openssl');
  const run = startRun(context);
  const {authority, server, registrar} = await secureServer(run, ['DNS:home.test', 'IP:127.0.0.1']);
  const tls = {authorities: authority.identity.certificateFile};
  await expectCalls(await house(run, server, registrar, {tls}), server.domain, 'TLS');
});

test('through Kamailio over TLS, which asks for our certificate, with a listener of ours', async (context) => {
  requirePeers(context, 'baresip', 'kamailio', 'kamailio-tls', 'openssl');
  const run = startRun(context);
  const clients = new Authority(run.folder, 'clients');
  const {authority, server, registrar} = await secureServer(run, ['IP:127.0.0.1'], clients.identity);
  const {certificateFile, keyFile} = clients.issue('door', ['DNS:door.home.test']);
  const tls = {
    authorities: authority.identity.certificateFile,
    certificate: certificateFile,
    key: keyFile,
  };
  const listen = [`udp:127.0.0.1:${await freePort()}`, `tls:127.0.0.1:${await freePort()}`];
  await expectCalls(await house(run, server, registrar, {tls, listen}), server.domain, 'TLS');
});

test('a server with the wrong certificate is not registered at, and the journal says why', async (context) => {
  requirePeers(context, 'kamailio', 'kamailio-tls', 'openssl');
  const run = startRun(context);
  const {authority, registrar} = await secureServer(run, ['DNS:other.test']);
  const account = {name: 'house', uri: 'sip:door@home.test', password: users.door, registrar};
  const cases: [string, Record<string, unknown>, RegExp][] = [
    [
      'wrong name',
      {authorities: authority.identity.certificateFile},
      /certificate is for other\.test, not for 127\.0\.0\.1/,
    ],
    ['unknown authority', {}, /unknown authority/],
  ];
  for (const [name, tls, reason] of cases) {
    const station = await TestStation.start(run, {name, sip: {accounts: [account], tls}});
    expect((await station.waitForEntry('account-down'))['reason']).toMatch(reason);
    await station.stop();
  }
});

test('baresip by address over TCP: called, and calling', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const phone = await Baresip.start(run, {user: 'kitchen', says: resident, autoAnswer: true});
  const port = await freePort();
  const said = join(run.folder, 'visitor.wav');
  const heard = join(run.folder, 'heard.wav');
  writeWav(said, visitor);
  const station = await TestStation.start(run, {
    sip: {listen: [`udp:127.0.0.1:${port}`, `tcp:127.0.0.1:${port}`]},
    buttons: [{...bell, call: [`${phone.uri};transport=tcp`]}],
    answer: {mode: 'automatic', from: ['any']},
    audio: {microphone: `file:${said}`, speaker: `file:${heard}`},
  });
  await station.press();
  await station.waitForState('talking');
  await pause(4500);
  await station.hangUp();
  await phone.waitFor('CALL_CLOSED');
  expect(correlate(visitor, phone.heard()!).value).toBeGreaterThanOrEqual(0.99);
  for (const message of await messages(station)) expect(message).not.toContain('SIP/2.0/UDP');

  const before = await station.lastSequence();
  await phone.dial(`sip:door@127.0.0.1:${port};transport=tcp`);
  await station.waitForEntry('call-answered', before);
  await pause(1000);
  await phone.hangUp();
  await station.waitForState('idle');
  expect(await station.stop()).toBe(0);
  expect(correlate(readWav(heard), resident).value).toBeGreaterThanOrEqual(0.95);
});

test('two stations over IPv6 and TCP: through Kamailio, and by address', async (context) => {
  requirePeers(context, 'kamailio');
  const run = startRun(context);
  const {domain, port} = await Kamailio.start(run, {users});
  const account = (user: 'door' | 'kitchen') => ({
    name: 'house',
    uri: `sip:${user}@${domain}`,
    password: users[user],
    registrar: `sip:[::1]:${port};transport=tcp`,
  });
  const said = join(run.folder, 'visitor.wav');
  const heard = join(run.folder, 'heard.wav');
  writeWav(said, visitor);
  const inside = await freePort();
  const listen = (own: number) => [`udp:127.0.0.1:${own}`, `tcp:[::1]:${own}`];
  const kitchen = await TestStation.start(run, {
    name: 'kitchen',
    sip: {accounts: [account('kitchen')], listen: listen(inside)},
    answer: {mode: 'automatic', from: ['any']},
    audio: {speaker: `file:${heard}`},
  });
  const station = await TestStation.start(run, {
    sip: {accounts: [account('door')], listen: listen(await freePort())},
    buttons: [
      {...bell, call: ['kitchen']},
      {name: 'direct', input: 'button-2', call: [`sip:kitchen@[::1]:${inside};transport=tcp`]},
    ],
    audio: {microphone: `file:${said}`},
  });
  await station.waitForEntry('account-registered');
  await kitchen.waitForEntry('account-registered');
  for (const button of ['bell', 'direct']) {
    await station.press(button);
    await station.waitForState('talking');
    await pause(button === 'bell' ? 4500 : 500);
    await station.hangUp();
    await kitchen.waitForState('idle');
    const [invite] = await messages(station);
    expect(invite).toMatch(/^Via: SIP\/2\.0\/TCP \[::1\]:/m);
    expect(invite).toMatch(/^c=IN IP6 ::1/m);
  }
  expect(await station.stop()).toBe(0);
  expect(await kitchen.stop()).toBe(0);
  expect(correlate(readWav(heard), visitor).value).toBeGreaterThanOrEqual(0.95);
});

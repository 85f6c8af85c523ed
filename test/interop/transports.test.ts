import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {Authority, type Identity} from '../support/certificates.ts';
import {correlate} from '../support/correlation.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {Kamailio} from '../support/peers/kamailio.ts';
import {requirePeers} from '../support/peers/require.ts';
import {freePort} from '../support/ports.ts';
import {RegisteredHouse, houseUsers as users} from '../support/registered-house.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';
import {soundFiles} from '../support/station-sound.ts';

const visitor = makeSpeech(4, 51);
const resident = makeSpeech(4, 52);
const bell = {name: 'bell', input: 'button-1'};

/** Calls both ways, with sound; every request of the station in the first must have travelled over `transport`. */
async function expectCalls(house: RegisteredHouse, transport: 'TCP' | 'TLS'): Promise<void> {
  await house.callFromDoor();
  const sent = await house.waysOfRequests();
  expect(sent.length).toBeGreaterThanOrEqual(3);
  for (const way of sent) expect(way).toMatch(new RegExp(`^${transport} `));
  const [invite] = await house.station.ladder();
  expect(invite?.message).toMatch(
    new RegExp(`^Contact: <sip:door@127\\.0\\.0\\.1:\\d+;transport=${transport}>`, 'im'),
  );
  await house.callFromPhone();
  await house.expectHeardAtDoor();
}

test('through Kamailio over TCP, with a listener of ours: calls both ways', async (context) => {
  requirePeers(context, 'baresip', 'kamailio');
  const run = startRun(context);
  const server = await Kamailio.start(run, {users});
  const listen = [`udp:127.0.0.1:${await freePort()}`, `tcp:127.0.0.1:${await freePort()}`];
  const registrar = `sip:127.0.0.1:${server.port};transport=tcp`;
  await expectCalls(await RegisteredHouse.start(run, server, {registrar, settings: {sip: {listen}}}), 'TCP');
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
  const settings = {sip: {tls, listen}};
  await expectCalls(await RegisteredHouse.start(run, server, {registrar, settings}), 'TLS');
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
  const sound = soundFiles(run, visitor);
  const station = await TestStation.start(run, {
    sip: {listen: [`udp:127.0.0.1:${port}`, `tcp:127.0.0.1:${port}`]},
    buttons: [{...bell, call: [`${phone.uri};transport=tcp`]}],
    answer: {mode: 'automatic', from: ['any']},
    audio: sound.audio,
  });
  await station.press();
  await station.waitForState('talking');
  await pause(4500);
  await station.hangUp();
  await phone.waitFor('CALL_CLOSED');
  expect(correlate(visitor, phone.heard()!).value).toBeGreaterThanOrEqual(0.99);
  for (const {message} of await station.ladder()) expect(message).not.toContain('SIP/2.0/UDP');

  const before = await station.lastSequence();
  await phone.dial(`sip:door@127.0.0.1:${port};transport=tcp`);
  await station.waitForEntry('call-answered', before);
  await pause(1000);
  await phone.hangUp();
  await station.waitForState('idle');
  expect(await station.stop()).toBe(0);
  expect(correlate(sound.heard(), resident).value).toBeGreaterThanOrEqual(0.95);
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
  const sound = soundFiles(run, visitor, 'kitchen');
  const inside = await freePort();
  const listen = (own: number) => [`udp:127.0.0.1:${own}`, `tcp:[::1]:${own}`];
  const kitchen = await TestStation.start(run, {
    name: 'kitchen',
    sip: {accounts: [account('kitchen')], listen: listen(inside)},
    answer: {mode: 'automatic', from: ['any']},
    audio: {speaker: sound.audio.speaker},
  });
  const station = await TestStation.start(run, {
    sip: {accounts: [account('door')], listen: listen(await freePort())},
    buttons: [
      {...bell, call: ['kitchen']},
      {name: 'direct', input: 'button-2', call: [`sip:kitchen@[::1]:${inside};transport=tcp`]},
    ],
    audio: {microphone: sound.audio.microphone},
  });
  await station.waitForEntry('account-registered');
  await kitchen.waitForEntry('account-registered');
  for (const button of ['bell', 'direct']) {
    await station.press(button);
    await station.waitForState('talking');
    await pause(button === 'bell' ? 4500 : 500);
    await station.hangUp();
    await kitchen.waitForState('idle');
    const invite = (await station.ladder())[0]?.message;
    expect(invite).toMatch(/^Via: SIP\/2\.0\/TCP \[::1\]:/m);
    expect(invite).toMatch(/^c=IN IP6 ::1/m);
  }
  expect(await station.stop()).toBe(0);
  expect(await kitchen.stop()).toBe(0);
  expect(correlate(sound.heard(), visitor).value).toBeGreaterThanOrEqual(0.95);
});

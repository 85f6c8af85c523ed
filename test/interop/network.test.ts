import {expect, type TestContext, test} from 'vitest';
import {CableNetwork} from '../support/cable-network.ts';
import {requireNetworks} from '../support/nat-network.ts';
import {Kamailio} from '../support/peers/kamailio.ts';
import {requirePeers} from '../support/peers/require.ts';
import {startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';

interface Status {
  readonly light: string;
  readonly network: {available: boolean; addresses: string[]} | null;
  readonly accounts: {
    name: string;
    registered: boolean;
    lastAttempt: string | null;
    nextAttempt: string | null;
  }[];
}

const answer = {mode: 'automatic', from: ['any']};
const users = {door: 'door-secret', cellar: 'cellar-secret', phone: 'phone-secret'};

/** A station with an account over UDP and one over TCP, a registrar, and a phone beside the registrar. */
async function start(context: TestContext) {
  requirePeers(context, 'ip', 'kamailio');
  await requireNetworks(context);
  const run = startRun(context);
  const network = await CableNetwork.create(run);
  const {server} = network;
  const {port, domain} = await Kamailio.start(run, {users, host: server});
  const account = (user: keyof typeof users, transport: 'udp' | 'tcp') => ({
    name: user,
    uri: `sip:${user}@${domain}`,
    password: users[user],
    registrar: `sip:${server.address}:${port};transport=${transport}`,
    expires: 300,
  });
  const phone = await TestStation.start(
    run,
    {name: 'Phone', sip: {listen: [`udp:${server.address}:5060`], accounts: [account('phone', 'udp')]}},
    {host: server},
  );
  const station = await TestStation.start(
    run,
    {
      sip: {
        listen: ['udp:0.0.0.0:5060'],
        accounts: [account('door', 'udp'), account('cellar', 'tcp')],
      },
      answer,
    },
    {host: network.station},
  );
  await phone.waitForEntry('account-registered');
  await registeredSince(station, 0);
  return {network, phone, station};
}

/** Waits until all accounts have been registered after `time` (ms since 1970): long before they would have been anyway. */
async function registeredSince(station: TestStation, time: number): Promise<void> {
  await station.process.waitUntil(
    'all accounts were registered anew',
    async () => {
      const {accounts} = await station.get<Status>('/api/status');
      return accounts.every(
        ({registered, lastAttempt}) => registered && lastAttempt !== null && Date.parse(lastAttempt) >= time,
      );
    },
    20_000,
  );
}

/** The phone calls both accounts, through the registrar, which sends it to where the station said it is. */
async function expectCalls(phone: TestStation, station: TestStation): Promise<void> {
  for (const to of ['door', 'cellar']) {
    expect((await phone.send('POST', '/api/calls', {to})).ok).toBe(true);
    await phone.waitForState('talking');
    await phone.hangUp();
    await station.waitForState('idle');
    await phone.waitForState('idle');
  }
}

test('an address that goes and another that comes: registered anew at once, and reached there', async (context) => {
  const {network, phone, station} = await start(context);
  expect((await station.get<Status>('/api/status')).network).toEqual({
    available: true,
    addresses: ['192.0.2.7'],
  });
  await expectCalls(phone, station);

  let before = await station.lastSequence();
  await network.removeAddress('192.0.2.7');
  expect((await station.waitForEntry('network-gone', before)).text).toContain('no network');
  expect(await station.get<Status>('/api/status')).toMatchObject({
    light: 'no-network',
    network: {available: false, addresses: []},
  });

  const back = Date.now();
  await network.addAddress('192.0.2.8');
  await registeredSince(station, back);
  expect((await station.waitForEntry('network-back', before))['addresses']).toEqual(['192.0.2.8']);
  expect((await station.get<Status>('/api/status')).light).toBe('ready');
  await expectCalls(phone, station);

  before = await station.lastSequence();
  const changed = Date.now();
  await network.removeAddress('192.0.2.8');
  await network.addAddress('192.0.2.9');
  await registeredSince(station, changed);
  expect((await station.waitForEntry('address-changed', before)).text).toContain('192.0.2.9');
  await expectCalls(phone, station);
  expect(await station.stop()).toBe(0);
});

test('the cable pulled and plugged in again: told, and registered anew at once', async (context) => {
  const {network, phone, station} = await start(context);
  for (let round = 0; round < 2; round++) {
    const before = await station.lastSequence();
    await network.plug(false);
    await station.waitForEntry('network-gone', before);
    expect((await station.get<Status>('/api/status')).light).toBe('no-network');
    const back = Date.now();
    await network.plug(true);
    await registeredSince(station, back);
    await station.waitForEntry('network-back', before);
    await expectCalls(phone, station);
  }
});

test('a station that listens on loopback only needs no network; SIGTERM ends one that has none', async (context) => {
  const {network, station} = await start(context);
  await network.removeAddress('192.0.2.7');
  await station.waitForEntry('network-gone');
  expect(await station.stop()).toBe(0);
  const run = startRun(context);
  const near = await TestStation.start(run, {name: 'Near'}, {host: network.station});
  expect(await near.get<Status>('/api/status')).toMatchObject({light: 'ready', network: null});
  expect((await near.journal()).map(({kind}) => kind)).not.toContain('network-gone');
});

test('no network yet, and a server that is known by name only: the account says why it cannot be found, and tries on', async (context) => {
  requirePeers(context, 'ip');
  await requireNetworks(context);
  const run = startRun(context);
  const network = await CableNetwork.create(run);
  await network.removeAddress('192.0.2.7');
  const account = {name: 'door', uri: 'sip:door@pbx.example.org', password: 'door-secret'};
  const sip = {listen: ['udp:0.0.0.0:5060'], accounts: [account]};
  const station = await TestStation.start(run, {sip}, {host: network.station});
  expect((await station.waitForEntry('account-down'))['reason']).toMatch(/name server/);
  const attempted = (await station.get<Status>('/api/status')).accounts[0]!.nextAttempt;
  await station.process.waitUntil('the name was looked up again', async () => {
    const {nextAttempt} = (await station.get<Status>('/api/status')).accounts[0]!;
    return nextAttempt !== null && nextAttempt !== attempted;
  });
});

test('more changes at a time than the kernel has room for: what is there in the end is known', async (context) => {
  const {network, phone, station} = await start(context);
  const before = await station.lastSequence();
  station.process.signal('SIGSTOP');
  await network.churn(1000);
  await network.removeAddress('192.0.2.7');
  await network.addAddress('192.0.2.9');
  station.process.signal('SIGCONT');
  expect((await station.waitForEntry('address-changed', before))['addresses']).toEqual(['192.0.2.9']);
  await registeredSince(station, Date.parse((await station.waitForEntry('address-changed', before)).at));
  await expectCalls(phone, station);
});

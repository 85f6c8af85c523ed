import {fileURLToPath} from 'node:url';
import {expect, type TestContext, test} from 'vitest';
import {NatNetwork, natNetworkProblem} from '../support/nat-network.ts';
import {Coturn} from '../support/peers/coturn.ts';
import {Kamailio} from '../support/peers/kamailio.ts';
import {notRunHere, requirePeers} from '../support/peers/require.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';

const program = fileURLToPath(new URL('../../firmware/cli.ts', import.meta.url));
const stunPort = 3478;
const sipPort = 5060;

/** Two networks with a NAT between, and a STUN server outside. */
async function startNetwork(context: TestContext): Promise<{run: Run; network: NatNetwork}> {
  requirePeers(context, 'ip', 'nft', 'turnserver');
  const problem = await natNetworkProblem();
  if (problem !== undefined) notRunHere(context, problem);
  const run = startRun(context);
  const network = await NatNetwork.create(run);
  const {address, prefix} = network.outside;
  const addresses = [address, network.otherOutside];
  await Coturn.start(run, {addresses, prefix, port: stunPort, alternatePort: stunPort + 1});
  return {run, network};
}

interface Status {
  readonly call: {readonly rtp: {readonly received: number}} | null;
}

/** Waits until both sides of the call have got a second of sound. */
async function bothHear(...stations: TestStation[]): Promise<void> {
  for (const station of stations) {
    await station.process.waitUntil('it got sound for a second', async () => {
      const {call} = await station.get<Status>('/api/status');
      return (call?.rtp.received ?? 0) >= 50;
    });
  }
}

/** One station calls, the other answers by itself, both hear each other, the caller hangs up. */
async function call(caller: TestStation, to: string, called: TestStation): Promise<void> {
  const response = await caller.send('POST', '/api/calls', {to});
  expect(response.ok).toBe(true);
  await caller.waitForState('talking');
  await bothHear(caller, called);
  await caller.hangUp();
  await caller.waitForState('idle');
  await called.waitForState('idle');
}

/** The INVITE that a station sent last. */
async function lastInvite(station: TestStation): Promise<string> {
  const [{id}] = await station.get<[{id: number}]>('/api/calls');
  const ladder = await station.get<{direction: string; message: string}[]>(`/api/calls/${id}/ladder`);
  return ladder.find(({message}) => message.startsWith('INVITE'))?.message ?? '';
}

async function outsideAddress(station: TestStation, after: number): Promise<string> {
  const entry = await station.waitForEntry('outside-address', after, 40_000);
  return String(entry['address']);
}

test('doorline nat knows the NAT', async (context) => {
  const {run, network} = await startNetwork(context);
  const {prefix} = network.inside;
  const command = [...prefix, process.execPath, program, 'nat', network.outside.address];
  const nat = run.processes.start(command[0]!, command.slice(1));
  expect(await nat.waitForExit(30_000)).toBe(0);
  expect(nat.output).toContain(`outside it is seen as ${network.router}:2`);
  expect(nat.output).toContain('Mapping     endpoint-independent');
  expect(nat.output).toContain('Filtering   address- and port-dependent');
  expect(nat.output).toContain('Hairpinning no');
});

test('a station behind a NAT calls and is called, also after its outside address has changed', async (context) => {
  const {run, network} = await startNetwork(context);
  const answer = {mode: 'automatic', from: ['any']};
  const phone = await TestStation.start(
    run,
    {name: 'Phone', sip: {listen: [`udp:${network.outside.address}:${sipPort}`]}, answer},
    {host: network.outside},
  );
  const station = await TestStation.start(
    run,
    {
      sip: {
        listen: [`udp:0.0.0.0:${sipPort}`],
        stun: `stun:${network.outside.address}:${stunPort}`,
      },
      answer,
    },
    {host: network.inside},
  );
  const first = await outsideAddress(station, 0);
  expect(first).toMatch(new RegExp(`^${network.router}:2\\d{4}$`));
  await call(station, `sip:phone@${network.outside.address}`, phone);
  const invite = await lastInvite(station);
  expect(invite).toContain(`Contact: <sip:doorline@${first}>`);
  expect(invite).toContain(`c=IN IP4 ${network.router}`);
  expect(invite).toMatch(/^m=audio 2\d{4} /m);
  expect(invite).toMatch(/^Via: SIP\/2\.0\/UDP 192\.168\.50\.2:5060;/m);
  await call(phone, `sip:door@${first}`, station);

  const before = await station.lastSequence();
  await network.changeAddress();
  const second = await outsideAddress(station, before);
  expect(second).toMatch(new RegExp(`^${network.router}:2\\d{4}$`));
  await call(station, `sip:phone@${network.outside.address}`, phone);
  await call(phone, `sip:door@${second}`, station);
  expect(await station.stop()).toBe(0);
});

test('a station behind a NAT is called through its registrar, also after its outside address has changed', async (context) => {
  requirePeers(context, 'kamailio');
  const {run, network} = await startNetwork(context);
  const {outside, inside} = network;
  const {port, domain} = await Kamailio.start(run, {users: {door: 'secret', phone: 'other'}, host: outside});
  const account = (user: string, password: string) => ({
    name: 'house',
    uri: `sip:${user}@${domain}`,
    password,
    registrar: `sip:${outside.address}:${port}`,
  });
  const answer = {mode: 'automatic', from: ['house']};
  const phone = await TestStation.start(
    run,
    {
      name: 'Phone',
      sip: {listen: [`udp:${outside.address}:${sipPort}`], accounts: [account('phone', 'other')]},
      answer,
    },
    {host: outside},
  );
  const station = await TestStation.start(
    run,
    {
      sip: {
        listen: [`udp:0.0.0.0:${sipPort}`],
        stun: `stun:${outside.address}:${stunPort}`,
        accounts: [account('door', 'secret')],
      },
      answer,
    },
    {host: inside},
  );
  for (const one of [phone, station]) await one.waitForEntry('account-registered');
  await outsideAddress(station, 0);
  await call(phone, 'door', station);
  await call(station, 'phone', phone);

  const before = await station.lastSequence();
  await network.changeAddress();
  await outsideAddress(station, before);
  await call(phone, 'door', station);
  await call(station, 'phone', phone);
  expect(await station.stop()).toBe(0);
});

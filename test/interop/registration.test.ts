import {fileURLToPath} from 'node:url';
import {expect, type TestContext, test} from 'vitest';
import {Authority} from '../support/certificates.ts';
import {DnsServer} from '../support/dns-server.ts';
import {Kamailio} from '../support/peers/kamailio.ts';
import {KamailioEdge} from '../support/peers/kamailio-edge.ts';
import {requirePeers} from '../support/peers/require.ts';
import {freePort} from '../support/ports.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';

/** Servers that restart, move, or stand behind others: the station is registered again, and calls come through. */

const users = {door: 'door-secret', kitchen: 'kitchen-secret'};
const preload = fileURLToPath(new URL('../support/name-server.ts', import.meta.url));
const host = 'pbx.home.test';

interface AccountLine {
  registered: boolean;
  reason: string;
  lastAttempt: string | null;
  nextAttempt: string | null;
}

async function account(station: TestStation): Promise<AccountLine> {
  return (await station.get<{accounts: AccountLine[]}>('/api/status')).accounts[0]!;
}

/** Waits until stations are registered by an attempt that was made after `since` (wall-clock ms). */
async function registeredAfter(since: number, ...stations: TestStation[]): Promise<void> {
  for (const station of stations) {
    await station.process.waitUntil(
      'it was registered again',
      async () => {
        const {registered, lastAttempt, nextAttempt} = await account(station);
        return registered && nextAttempt !== null && Date.parse(lastAttempt ?? '') > since;
      },
      60_000,
    );
  }
}

/** The door calls the kitchen, through the server of both. */
async function call(door: TestStation, kitchen: TestStation): Promise<void> {
  await door.press();
  await door.waitForState('talking');
  await kitchen.waitForState('talking');
  await door.hangUp();
  await kitchen.waitForState('idle');
  await door.waitForState('idle');
}

/** The two stations, with their account at the server that `registrar` names; `reachable` with listeners for TCP. */
async function startStations(
  run: Run,
  registrar: string,
  {
    tls,
    names,
    reachable = false,
  }: {tls?: Record<string, unknown>; names?: DnsServer; reachable?: boolean} = {},
): Promise<{door: TestStation; kitchen: TestStation}> {
  const environment: Record<string, string> =
    names === undefined ? {} : {NODE_OPTIONS: `--import ${preload}`, TEST_NAME_SERVER: names.address};
  const start = async (user: 'door' | 'kitchen', more: Parameters<typeof TestStation.start>[1]) =>
    TestStation.start(
      run,
      {
        name: user,
        ...more,
        sip: {
          accounts: [{name: 'house', uri: `sip:${user}@home.test`, password: users[user], registrar}],
          ...(tls === undefined ? {} : {tls}),
          ...(reachable
            ? {listen: [`udp:127.0.0.1:${await freePort()}`, `tcp:127.0.0.1:${await freePort()}`]}
            : {}),
        },
      },
      {environment},
    );
  const kitchen = await start('kitchen', {answer: {mode: 'automatic', from: ['house']}});
  const door = await start('door', {buttons: [{name: 'bell', input: 'button-1', call: ['kitchen']}]});
  for (const station of [door, kitchen]) await station.waitForEntry('account-registered');
  return {door, kitchen};
}

/** A name server that knows for `ttl` seconds where the server is. */
async function nameServer(context: TestContext, ttl: number): Promise<DnsServer> {
  const server = await DnsServer.start({[host]: [{type: 'A', address: '127.0.0.1', ttl}]});
  context.onTestFinished(() => server.stop());
  return server;
}

test.for(['udp', 'tcp', 'tls'] as const)(
  'over %s: the server restarts, then moves to another address',
  async (transport, context) => {
    requirePeers(context, 'kamailio', ...(transport === 'tls' ? (['kamailio-tls', 'openssl'] as const) : []));
    const run = startRun(context);
    const secure = transport === 'tls' ? new Authority(run.folder) : undefined;
    // Over UDP nobody tells that the server is another one: the next refresh finds out.
    const options = {
      users,
      longestExpiry: 12,
      ...(secure ? {identity: secure.issue('kamailio', [`DNS:${host}`])} : {}),
    };
    const names = await nameServer(context, 1);
    const first = await Kamailio.start(run, options);
    const {port} = first;
    const {door, kitchen} = await startStations(
      run,
      `sip:${host}:${secure ? first.tlsPort : port};transport=${transport}`,
      {names, ...(secure ? {tls: {authorities: secure.identity.certificateFile}} : {})},
    );
    await call(door, kitchen);

    await first.stop();
    let since = Date.now();
    const second = await Kamailio.start(run, {...options, at: {port}});
    await registeredAfter(since, door, kitchen);
    await call(door, kitchen);

    await second.stop();
    names.zone = {[host]: [{type: 'A', address: '127.0.0.2', ttl: 1}]};
    since = Date.now();
    await Kamailio.start(run, {...options, at: {address: '127.0.0.2', port}});
    await registeredAfter(since, door, kitchen);
    await call(door, kitchen);
    const answer = (await door.ladder()).find(({message}) => /^SIP\/2\.0 200 /.test(message));
    expect(answer?.message).toMatch(/^Record-Route: <sips?:127\.0\.0\.2:/m);

    for (const station of [door, kitchen]) expect(await station.stop()).toBe(0);
  },
);

test.for(['udp', 'tcp'] as const)(
  'over %s: the server restarts during a call, which is hung up through it all the same',
  async (transport, context) => {
    requirePeers(context, 'kamailio');
    const run = startRun(context);
    const first = await Kamailio.start(run, {users});
    const {port} = first;
    const uri = `sip:127.0.0.1:${port};transport=${transport}`;
    const {door, kitchen} = await startStations(run, uri, {reachable: true});
    await door.press();
    await door.waitForState('talking');
    await kitchen.waitForState('talking');
    await first.stop();
    await Kamailio.start(run, {users, at: {port}});
    await door.hangUp();
    // By its BYE, long before it would miss the sound.
    const ended = await kitchen.waitForEntry('call-ended', 0, 10_000);
    expect(ended['reason']).toMatch(/hung up/);
    for (const station of [door, kitchen]) expect(await station.stop()).toBe(0);
  },
);

test('the server moves during a call, which is hung up through it where its name leads now', async (context) => {
  requirePeers(context, 'kamailio');
  const run = startRun(context);
  const names = await nameServer(context, 0);
  const options = {users, name: host};
  const first = await Kamailio.start(run, options);
  const {door, kitchen} = await startStations(run, `sip:${host}:${first.port}`, {names});
  await door.press();
  await door.waitForState('talking');
  await kitchen.waitForState('talking');
  await first.stop();
  names.zone = {[host]: [{type: 'A', address: '127.0.0.2', ttl: 1}]};
  await Kamailio.start(run, {...options, at: {address: '127.0.0.2', port: first.port}});
  await door.hangUp();
  const ended = await kitchen.waitForEntry('call-ended', 0, 10_000);
  expect(ended['reason']).toMatch(/hung up/);
  for (const station of [door, kitchen]) expect(await station.stop()).toBe(0);
});

/** An edge proxy and, behind it, the registrar. */
async function startEdge(run: Run, transport: 'udp' | 'tcp') {
  const port = await freePort();
  const registrar = await Kamailio.start(run, {users, edge: `127.0.0.1:${port};transport=${transport}`});
  const settings = {port, registrar: `127.0.0.1:${registrar.port}`};
  const start = () => KamailioEdge.start(run, settings);
  return {edge: await start(), restart: start, uri: `sip:127.0.0.1:${port};transport=${transport}`};
}

test.for(['udp', 'tcp'] as const)(
  'behind an edge proxy over %s: Path, Service-Route, and calls over the flow that we opened',
  async (transport, context) => {
    requirePeers(context, 'kamailio', 'kamailio-outbound');
    const run = startRun(context);
    const {edge, restart, uri} = await startEdge(run, transport);
    const {door, kitchen} = await startStations(run, uri);
    await call(door, kitchen);
    const invite = (await door.ladder()).find(({message}) => message.startsWith('INVITE'))!.message;
    expect(invite.match(/^Route: <sip:127\.0\.0\.1:(\d+)/m)?.[1]).toBe(String(edge.port));
    expect(invite.match(/^Route: /gm)).toHaveLength(2);
    expect(invite).toMatch(/^Contact: <sip:[^>]*;ob>/m);
    // The kitchen listens on UDP alone: over TCP it is reached by the connection that it has opened.
    const received = (await kitchen.ladder()).find(({message}) => message.startsWith('INVITE'))!.message;
    const way = `SIP/2.0/${transport.toUpperCase()} 127.0.0.1:${edge.port}`;
    expect(/^Via: ([^;]*)/m.exec(received)?.[1]).toBe(way);

    await edge.stop();
    const down = await door.waitForEntry('account-down', 0, 45_000);
    const why =
      transport === 'udp'
        ? 'it does not answer keep-alives any more'
        : 'the other side closed the connection';
    expect(down['reason']).toBe(`the connection to 127.0.0.1 was lost: ${why}`);
    const since = Date.now();
    await restart();
    await registeredAfter(since, door);
    // Over UDP the kitchen may have noticed nothing: then its flow is as good as before.
    await registeredAfter(0, kitchen);
    await call(door, kitchen);
    for (const station of [door, kitchen]) expect(await station.stop()).toBe(0);
  },
);

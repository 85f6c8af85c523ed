import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {expect, type TestContext, test} from 'vitest';
import {DnsServer, type Zone} from '../support/dns-server.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {Kamailio} from '../support/peers/kamailio.ts';
import {requirePeers} from '../support/peers/require.ts';
import {freePort} from '../support/ports.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';

/** The server of an account found by the domain's own records, with the real firmware and a real server. */

const users = {door: 'door-secret', kitchen: 'kitchen-secret'};
const preload = fileURLToPath(new URL('../support/name-server.ts', import.meta.url));

async function nameServer(context: TestContext, zone: Zone): Promise<DnsServer> {
  const server = await DnsServer.start(zone);
  context.onTestFinished(() => server.stop());
  return server;
}

/** What makes the firmware ask the name server of the test. */
function asking({address}: DnsServer): {environment: Record<string, string>} {
  return {environment: {NODE_OPTIONS: `--import ${preload}`, TEST_NAME_SERVER: address}};
}

test('the first of two servers of a domain is dead: registered and called through the second; DNS goes down', async (context) => {
  requirePeers(context, 'baresip', 'kamailio');
  const run = startRun(context);
  const {domain, port} = await Kamailio.start(run, {users});
  const dead = await freePort();
  const phone = await Baresip.start(run, {
    user: 'kitchen',
    says: makeSpeech(2, 51),
    autoAnswer: true,
    registrar: {domain, port, password: users.kitchen},
  });
  const names = await nameServer(context, {
    [domain]: [
      {type: 'NAPTR', order: 10, service: 'SIP+D2U', replacement: `_sip._udp.${domain}`},
      {type: 'NAPTR', order: 20, service: 'SIP+D2T', replacement: `_sip._tcp.${domain}`},
    ],
    [`_sip._udp.${domain}`]: [
      {type: 'SRV', priority: 1, port: dead, target: `one.${domain}`, ttl: 1},
      {type: 'SRV', priority: 2, port, target: `two.${domain}`, ttl: 1},
    ],
    [`one.${domain}`]: [{type: 'A', address: '127.0.0.1', ttl: 1}],
    [`two.${domain}`]: [{type: 'CNAME', target: `host.${domain}`, ttl: 1}],
    [`host.${domain}`]: [{type: 'A', address: '127.0.0.1', ttl: 1}],
  });
  const station = await TestStation.start(
    run,
    {
      sip: {accounts: [{name: 'house', uri: `sip:door@${domain}`, password: users.door}]},
      buttons: [{name: 'bell', input: 'button-1', call: ['kitchen']}],
    },
    asking(names),
  );
  await station.waitForEntry('account-registered');
  expect(names.asked).toContain(`NAPTR ${domain}`);
  expect(station.process.output).toMatch(
    new RegExp(`"server":"UDP 127\\.0\\.0\\.1:${dead}","ok":false,"reason":"no answer from 127\\.0\\.0\\.1"`),
  );

  await station.press();
  await station.waitForState('talking');
  await station.hangUp();
  await station.waitForState('idle');

  // A door must ring while the router restarts.
  names.behaviour = 'is silent';
  await phone.waitFor('CALL_CLOSED');
  // The whole call may have been shorter than one press of the button.
  await pause(600);
  await station.press();
  await station.waitForState('talking');
  await station.hangUp();
  await station.waitForState('idle');
  expect(await station.stop()).toBe(0);
});

test('a list of registrars: the stand-in serves as long as the preferred one is away', async (context) => {
  requirePeers(context, 'kamailio');
  const run = startRun(context);
  const {domain, port} = await Kamailio.start(run, {users});
  const names = await nameServer(context, {[`pbx.${domain}`]: [{type: 'A', address: '127.0.0.1'}]});
  const registrar = [`sip:127.0.0.1:${await freePort()}`, `sip:pbx.${domain}:${port}`];
  const station = await TestStation.start(
    run,
    {sip: {accounts: [{name: 'house', uri: `sip:door@${domain}`, password: users.door, registrar}]}},
    asking(names),
  );
  await station.waitForEntry('account-registered');
  expect(await station.stop()).toBe(0);
});

import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {systemClock as clock} from '../../firmware/base/clock.ts';
import {systemRandom as random} from '../../firmware/base/random.ts';
import type {Answer} from '../../firmware/dns/name-service.ts';
import type {RecordType} from '../../firmware/dns/record.ts';
import {Resolver} from '../../firmware/dns/resolver.ts';
import {hostsFile, systemLookup, systemNameServers} from '../../firmware/dns/system.ts';
import {systemWire as wire} from '../../firmware/dns/wire.ts';
import {DnsServer, type Zone} from '../support/dns-server.ts';

/** The resolver on real sockets of the loopback interface. */

const zone: Zone = {
  'pbx.example.org': [{type: 'A', address: '192.0.2.1'}],
  '_sip._udp.example.org': Array.from({length: 30}, (_, index) => ({
    type: 'SRV' as const,
    port: 5060 + index,
    target: 'pbx.example.org',
  })),
};

async function startServer(): Promise<DnsServer> {
  const server = await DnsServer.start(zone);
  onTestFinished(() => server.stop());
  return server;
}

function resolve<Type extends RecordType>(
  servers: string[],
  name: string,
  type: Type,
): Promise<Answer<Type>> {
  const system = () => Promise.reject(new Error('not asked in these tests'));
  const resolver = new Resolver({servers: () => servers, wire, clock, random, hosts: () => [], system});
  onTestFinished(() => resolver.close());
  return new Promise((found) => resolver.lookup(name, type, found));
}

test('over UDP, and over TCP what is too long for a datagram', async () => {
  const server = await startServer();
  expect(await resolve([server.address], 'pbx.example.org', 'A')).toMatchObject({
    value: [{address: '192.0.2.1', ttl: 300}],
  });
  const services = await resolve([server.address], '_sip._udp.example.org', 'SRV');
  expect(services.ok && services.value.length).toBe(30);
  expect(server.asked).toHaveLength(3);
});

test('a name server that is not there is left at once for the next', async () => {
  const gone = await DnsServer.start(zone);
  await gone.stop();
  const server = await startServer();
  const answer = await resolve([gone.address, server.address], 'pbx.example.org', 'A');
  expect(answer.ok).toBe(true);
  expect(await resolve([gone.address], '_sip._udp.example.org', 'SRV')).toEqual({
    ok: false,
    error: {code: 'refused', text: 'nothing answers at the name server 127.0.0.1'},
  });
});

test('a name server that no way leads to, as without a network, is left at once', async () => {
  // The kernel refuses this address at once, as it does any without a route.
  const unreachable = '255.255.255.255';
  const server = await startServer();
  expect((await resolve([unreachable, server.address], 'pbx.example.org', 'A')).ok).toBe(true);
  expect(await resolve([unreachable], '_sip._udp.example.org', 'SRV')).toMatchObject({
    error: {
      code: 'refused',
      text: expect.stringMatching(/^the name server 255\.255\.255\.255 cannot be asked/),
    },
  });
});

test('this machine has its name servers in a form that is understood', () => {
  for (const server of systemNameServers())
    expect(server).toMatch(/^[\d.]+(:\d+)?$|^[\da-f:]+(%\w+)?$|^\[.+\]:\d+$/i);
});

test('the system knows localhost', async () => {
  expect(await systemLookup('localhost', 4)).toContain('127.0.0.1');
});

test('a hosts file: names of any case, comments, several names a line, nonsense', () => {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-hosts-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  const path = join(folder, 'hosts');
  writeFileSync(
    path,
    '127.0.0.1 localhost\n::1\tlocalhost ip6-localhost # 10.0.0.9 pbx\n10.0.0.1  PBX.example.org pbx\nx pbx\n\n',
  );
  const addresses = hostsFile(path);
  expect(addresses('localhost')).toEqual(['127.0.0.1', '::1']);
  expect(addresses('pbx.EXAMPLE.org')).toEqual(['10.0.0.1']);
  expect(addresses('pbx')).toEqual(['10.0.0.1']);
  expect(addresses('10.0.0.1')).toEqual([]);
  expect(hostsFile(join(folder, 'none'))('pbx')).toEqual([]);
});

import {expect, test} from 'vitest';
import {findServers, type ServiceRecord} from '../../firmware/stun/server-discovery.ts';
import {seededBytes} from '../support/fake-network.ts';

function names(services: Record<string, ServiceRecord[]>, addresses: Record<string, string>) {
  const asked: string[] = [];
  const answer = async <Value>(name: string, value: Value | undefined): Promise<Value> => {
    asked.push(name);
    if (value === undefined) throw new Error('not found');
    return value;
  };
  return {
    asked,
    services: (name: string) => answer(name, services[name]),
    address: (name: string) => answer(name, addresses[name]),
  };
}

const record = (name: string, priority: number, weight: number, port = 3478) => ({
  name,
  port,
  priority,
  weight,
});
const random = seededBytes(3);

test('an address is taken as it is', async () => {
  const service = names({}, {});
  expect(await findServers({host: '192.0.2.1', port: undefined}, service, random)).toEqual([
    {address: '192.0.2.1', port: 3478},
  ]);
  expect(await findServers({host: '2001:db8::1', port: 5000}, service, random)).toEqual([
    {address: '2001:db8::1', port: 5000},
  ]);
  expect(service.asked).toEqual([]);
});

test('a name with a port is a host', async () => {
  const service = names({}, {'stun.example.org': '192.0.2.1'});
  const found = await findServers({host: 'stun.example.org', port: 3479}, service, random);
  expect(found).toEqual([{address: '192.0.2.1', port: 3479}]);
  expect(service.asked).toEqual(['stun.example.org']);
});

test('a name without a port: SRV records by priority, those without an address left out', async () => {
  const service = names(
    {'_stun._udp.example.org': [record('c', 20, 0), record('a', 10, 5, 4000), record('b', 15, 0)]},
    {a: '192.0.2.1', c: '192.0.2.3'},
  );
  expect(await findServers({host: 'example.org', port: undefined}, service, random)).toEqual([
    {address: '192.0.2.1', port: 4000},
    {address: '192.0.2.3', port: 3478},
  ]);
});

test('no SRV records, or the one that says there is none: the name itself', async () => {
  const addresses = {'example.org': '192.0.2.9'};
  for (const services of [{}, {'_stun._udp.example.org': [record('.', 0, 0, 0)]}]) {
    const found = await findServers(
      {host: 'example.org', port: undefined},
      names(services, addresses),
      random,
    );
    expect(found).toEqual([{address: '192.0.2.9', port: 3478}]);
  }
  expect(await findServers({host: 'unknown.test', port: undefined}, names({}, {}), random)).toEqual([]);
});

test('among equals the heavier comes first more often', async () => {
  const service = names(
    {'_stun._udp.example.org': [record('light', 1, 1), record('heavy', 1, 9)]},
    {light: '192.0.2.1', heavy: '192.0.2.9'},
  );
  let heavy = 0;
  for (let round = 0; round < 500; round++) {
    const [first] = await findServers({host: 'example.org', port: undefined}, service, random);
    if (first?.address === '192.0.2.9') heavy++;
  }
  expect(heavy).toBeGreaterThan(400);
  expect(heavy).toBeLessThan(490);
});

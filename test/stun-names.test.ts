import {expect, test} from 'vitest';
import {findServers} from '../firmware/stun/server-discovery.ts';
import {stunNames} from '../firmware/stun-names.ts';
import {FakeNames} from './support/fake-names.ts';
import {seededBytes} from './support/fake-network.ts';

const zone = {
  '_stun._udp.example.org': [
    {type: 'SRV', priority: 2, port: 5000, target: 'two.example.org'},
    {type: 'SRV', priority: 1, port: 4000, target: 'one.example.org'},
    {type: 'SRV', priority: 3, port: 6000, target: 'gone.example.org'},
  ],
  'one.example.org': [
    {type: 'AAAA', address: '2001:db8::1'},
    {type: 'A', address: '192.0.2.1'},
  ],
  'two.example.org': [{type: 'AAAA', address: '2001:db8::2'}],
  'example.org': [{type: 'A', address: '192.0.2.9'}],
} as const;

function find(names: FakeNames, families: readonly (4 | 6)[], port?: number) {
  return findServers({host: 'example.org', port}, stunNames(names, families), seededBytes(1));
}

test('STUN servers by SRV records and addresses of the kinds that can be reached', async () => {
  const names = new FakeNames(zone);
  expect(await find(names, [4])).toEqual([{address: '192.0.2.1', port: 4000}]);
  expect(await find(names, [6, 4])).toEqual([
    {address: '2001:db8::1', port: 4000},
    {address: '2001:db8::2', port: 5000},
  ]);
  expect(await find(names, [4], 3479)).toEqual([{address: '192.0.2.9', port: 3479}]);
});

test('no servers while no name server answers', async () => {
  const names = new FakeNames(zone);
  names.failure = {code: 'no-answer', text: 'nobody answers'};
  expect(await find(names, [4, 6])).toEqual([]);
});

import {expect, test} from 'vitest';
import {ServerHealth} from '../../../firmware/sip/agent/server-health.ts';
import type {Destination} from '../../../firmware/sip/transport/transport.ts';
import type {Zone} from '../../support/dns-server.ts';
import {FakeClock} from '../../support/fake-clock.ts';
import {FakeNames} from '../../support/fake-names.ts';
import {CallScene} from './scene.ts';
import {sdp} from './scripted-peer.ts';

/** Calls to a domain with several servers, of which some fail (RFC 3263 section 4.3). */

const zone: Zone = {
  '_sip._udp.house.example': [
    {type: 'SRV', priority: 1, port: 5060, target: 'one.house.example'},
    {type: 'SRV', priority: 2, port: 5060, target: 'two.house.example'},
  ],
  'one.house.example': [{type: 'A', address: '192.0.2.11'}],
  'two.house.example': [{type: 'A', address: '192.0.2.12'}],
};

function build() {
  const scene = new CallScene({tesla: {names: new FakeNames(zone)}});
  const attempts: string[] = [];
  scene.tesla.agent.onAttempt = ({method, server, ok, reason}) =>
    attempts.push(`${method} ${server} ${ok ? 'ok' : reason}`);
  const [one, two] = [scene.peer('192.0.2.11'), scene.peer('192.0.2.12')];
  return {scene, one, two, attempts};
}

test('a silent server: after 4 s the same request goes to the next, and the call is made there', async () => {
  const {scene, one, two, attempts} = build();
  scene.tesla.call('sip:101@house.example');
  await scene.pass(3999);
  expect(one.kinds).toEqual(['INVITE', 'INVITE', 'INVITE', 'INVITE']);
  expect(two.kinds).toEqual([]);
  await scene.pass(1);
  const [first, second] = [one.request('INVITE'), two.request('INVITE')];
  expect(second.requestUri).toBe('sip:101@house.example');
  expect([second.callId, second.from.tag, second.cseq.number]).toEqual([
    first.callId,
    first.from.tag,
    first.cseq.number,
  ]);
  expect(second.via.branch).not.toBe(first.via.branch);
  await two.respond(second, 180);
  await two.respond(second, 200, {body: sdp('192.0.2.12', 7000)});
  expect(scene.tesla.told).toEqual(['ringing', 'answered 192.0.2.12:7000 sendrecv']);
  expect(attempts).toEqual(['INVITE UDP 192.0.2.11:5060 no answer from 192.0.2.11']);
  expect(scene.tesla.ports).toHaveLength(1);
});

test('one that wakes up after it was given up is cancelled; one that answered all the same is hung up', async () => {
  const {scene, one, two} = build();
  const call = scene.tesla.call('sip:101@house.example');
  await scene.pass(4000);
  await two.respond(two.request('INVITE'), 200, {body: sdp('192.0.2.12', 7000)});
  const late = one.request('INVITE');
  await one.respond(late, 180);
  expect(one.kinds.at(-1)).toBe('CANCEL');
  await one.respond(late, 200, {body: sdp('192.0.2.11', 7000)});
  expect(one.kinds.slice(-2)).toEqual(['ACK', 'BYE']);
  await one.respond(one.request('BYE'), 200);
  expect(call.state).toBe('talking');
  call.hangUp();
  await scene.settle();
  await two.respond(two.request('BYE'), 200);
  await scene.pass(64_000);
  expect(scene.tesla.leftovers).toBe(0);
});

test('a server that has said anything is not given up: people may take their time', async () => {
  const {scene, one, two} = build();
  scene.tesla.call('sip:101@house.example');
  await scene.settle();
  await one.respond(one.request('INVITE'), 100);
  await scene.pass(30_000);
  expect(two.kinds).toEqual([]);
});

test('503: the next at once, and the server that sent it comes last for as long as it says', async () => {
  const {scene, one, two, attempts} = build();
  scene.tesla.call('sip:101@house.example');
  await scene.settle();
  await one.respond(one.request('INVITE'), 503, {headers: {'Retry-After': '90'}});
  expect(one.kinds).toEqual(['INVITE', 'ACK']);
  await two.respond(two.request('INVITE'), 486);
  expect(scene.tesla.told).toEqual(['ended busy']);
  expect(attempts).toEqual(['INVITE UDP 192.0.2.11:5060 refused by 192.0.2.11: 503 Service Unavailable']);
  await scene.pass(80_000);
  scene.tesla.call('sip:102@house.example');
  await scene.settle();
  expect(two.request('INVITE').requestUri).toBe('sip:102@house.example');
  await scene.pass(10_000);
  scene.tesla.call('sip:103@house.example');
  await scene.settle();
  expect(one.request('INVITE').requestUri).toBe('sip:103@house.example');
});

test('no route: the next at once', async () => {
  const {scene, two} = build();
  scene.network.unreachable.add('192.0.2.11');
  scene.tesla.call('sip:101@house.example');
  await scene.settle();
  expect(two.kinds).toEqual(['INVITE']);
});

test.each([404, 486, 500, 603])('%i is the answer, whoever else there is', async (status) => {
  const {scene, one, two} = build();
  scene.tesla.call('sip:101@house.example');
  await scene.settle();
  await one.respond(one.request('INVITE'), status);
  expect(two.kinds).toEqual([]);
  expect(scene.tesla.ends[0]?.status).toBe(status);
});

test('all silent: the last has its 32 s, and then the call has failed', async () => {
  const {scene} = build();
  scene.tesla.call('sip:101@house.example');
  await scene.pass(35_999);
  expect(scene.tesla.told).toEqual([]);
  await scene.pass(1);
  expect(scene.tesla.told).toEqual(['ended unreachable']);
  await scene.pass(32_000);
  expect(scene.tesla.leftovers).toBe(0);
});

test('hanging up while the next server is asked cancels there, and nothing is left behind', async () => {
  const {scene, two} = build();
  const call = scene.tesla.call('sip:101@house.example');
  await scene.pass(5000);
  await two.respond(two.request('INVITE'), 180);
  call.hangUp();
  await scene.settle();
  expect(two.kinds.at(-1)).toBe('CANCEL');
  await two.respond(two.request('CANCEL'), 200);
  await two.respond(two.request('INVITE'), 487);
  await scene.pass(70_000);
  expect(scene.tesla.told).toEqual(['ringing', 'ended cancelled']);
  expect(scene.tesla.leftovers).toBe(0);
});

test('a dead direct target does not delay another', async () => {
  const {scene, one} = build();
  scene.tesla.call('sip:101@192.0.2.77');
  scene.tesla.call('sip:101@house.example');
  await scene.settle();
  expect(one.kinds).toEqual(['INVITE']);
});

test('servers that failed come last, for a while; a bounded number is remembered', () => {
  const clock = new FakeClock();
  const health = new ServerHealth(clock);
  const request = {method: 'INVITE', account: undefined} as const;
  const server = (number: number): Destination => ({
    transport: 'UDP',
    address: `192.0.2.${number}`,
    port: 5060,
  });
  const list = [server(1), server(2), server(3)];
  health.failed(server(1), request, 'no answer');
  expect(health.order(list)).toEqual([server(2), server(3), server(1)]);
  health.failed(server(2), request, 'busy', 10_000_000);
  health.failed(server(3), request, 'busy', 1000);
  expect(health.order(list)).toEqual(list);
  clock.advance(1000);
  expect(health.order(list)).toEqual([server(3), server(1), server(2)]);
  health.succeeded(server(1), request);
  expect(health.order(list)).toEqual([server(1), server(3), server(2)]);
  clock.advance(299_000);
  expect(health.order(list)).toEqual(list);
  for (let number = 0; number < 200; number += 1) health.failed(server(number), request, 'no answer');
  expect(health.order([server(1), server(199)])).toEqual([server(1), server(199)]);
});

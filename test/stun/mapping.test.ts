import {expect, test} from 'vitest';
import type {SocketAddress} from '../../firmware/stun/attributes/address.ts';
import {Mapping, type MappingStatus} from '../../firmware/stun/mapping.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {seededBytes} from '../support/fake-network.ts';
import {mappedTo} from './fake-server.ts';

const first: SocketAddress = {address: '198.51.100.1', port: 3478};
const second: SocketAddress = {address: '198.51.100.2', port: 3478};
const local: SocketAddress = {address: '192.168.1.5', port: 5060};
const mapped: SocketAddress = {address: '203.0.113.7', port: 40_001};

function scene(servers: SocketAddress[] = [first]) {
  const clock = new FakeClock();
  const told: MappingStatus[] = [];
  const asked: {at: number; server: SocketAddress}[] = [];
  const state = {mapped, alive: new Set(servers), servers};
  const mapping = new Mapping({
    clock,
    random: seededBytes(4),
    find: async () => state.servers,
    local: () => local,
    send(bytes, to) {
      asked.push({at: clock.now(), server: to});
      if (!state.alive.has(to)) return;
      const answer = mappedTo(bytes, state.mapped);
      clock.after(10, () => mapping.receive(answer, to));
    },
  });
  mapping.onChange = (status) => told.push(status);
  mapping.start();
  const pass = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 100) {
      await Promise.resolve();
      await Promise.resolve();
      clock.advance(100);
    }
    await Promise.resolve();
  };
  return {clock, told, asked, state, mapping, pass};
}

test('learned, kept every 20 to 25 s, told once', async () => {
  const {told, asked, mapping, pass} = scene();
  await pass(120_000);
  expect(told).toEqual([{mapped, local, server: first, reason: ''}]);
  expect(mapping.status.mapped).toEqual(mapped);
  const pauses = asked.slice(1).map(({at}, index) => at - asked[index]!.at);
  expect(Math.min(...pauses)).toBeGreaterThan(19_900);
  expect(Math.max(...pauses)).toBeLessThan(25_300);
});

test('a change is noticed with the next question', async () => {
  const {told, state, pass} = scene();
  await pass(1000);
  state.mapped = {address: '203.0.113.7', port: 50_000};
  await pass(25_500);
  expect(told.map((status) => status.mapped?.port)).toEqual([40_001, 50_000]);
});

test('the next server where the first is silent; the last address stays known while all are', async () => {
  const {told, asked, state, pass} = scene([first, second]);
  state.alive.delete(first);
  await pass(10_000);
  expect(told).toEqual([{mapped, local, server: second, reason: ''}]);
  state.alive.clear();
  await pass(60_000);
  expect(told.at(-1)).toEqual({
    mapped,
    local,
    server: undefined,
    reason: 'the STUN server 198.51.100.2:3478 does not answer',
  });
  const before = asked.length;
  await pass(200_000);
  expect(asked.length).toBeGreaterThan(before);
  state.alive.add(first);
  await pass(70_000);
  expect(told.at(-1)).toEqual({mapped, local, server: first, reason: ''});
});

test('an unknown name is asked for again', async () => {
  const {told, state, pass} = scene([]);
  await pass(5000);
  expect(told).toEqual([
    {mapped: undefined, server: undefined, reason: 'the name of the STUN server is not known'},
  ]);
  state.servers = [first];
  state.alive.add(first);
  await pass(20_000);
  expect(told.at(-1)?.mapped).toEqual(mapped);
});

test('nothing is left after stop', async () => {
  const {clock, told, asked, mapping, pass} = scene();
  await pass(1000);
  mapping.stop();
  await pass(100_000);
  expect([clock.pending, asked.length, told.length]).toEqual([0, 1, 1]);
});

test('asked at once where the network has changed, and not after the end', async () => {
  const {told, asked, state, mapping, pass} = scene();
  await pass(1000);
  state.mapped = {address: '203.0.113.7', port: 50_000};
  mapping.refresh();
  await pass(200);
  expect(asked.length).toBe(2);
  expect(told.map((status) => status.mapped?.port)).toEqual([40_001, 50_000]);
  mapping.stop();
  mapping.refresh();
  await pass(30_000);
  expect(asked.length).toBe(2);
});

test('with another network a question under way is asked anew, and what failed before is forgotten', async () => {
  const {told, asked, state, mapping, pass} = scene();
  await pass(1000);
  state.alive.clear();
  // Some failures, then in the midst of a question whose last repetition has been sent.
  await pass(90_000);
  const before = asked.length;
  while (asked.length < before + 4) await pass(100);
  state.alive.add(first);
  state.mapped = {address: '203.0.113.8', port: 40_001};
  mapping.refresh();
  await pass(200);
  expect(told.at(-1)).toEqual({mapped: state.mapped, local, server: first, reason: ''});
});

test('after a network has come the pauses between questions without an answer are short again', async () => {
  const {asked, state, mapping, pass} = scene();
  state.alive.clear();
  await pass(200_000);
  mapping.refresh();
  const before = asked.length;
  await pass(7800);
  expect(asked.length).toBe(before + 5);
});

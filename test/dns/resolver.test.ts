import {beforeEach, describe, expect, test} from 'vitest';
import type {Answer} from '../../firmware/dns/name-service.ts';
import type {RecordType} from '../../firmware/dns/record.ts';
import {Resolver} from '../../firmware/dns/resolver.ts';
import type {Zone} from '../support/dns-server.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {seededBytes} from '../support/fake-network.ts';
import {FakeWire} from './fake-wire.ts';

/** Look-ups on a clock of the test's own: cache, name servers that fail, names that DNS does not have. */

const first = '192.0.2.53';
const second = '192.0.2.54';
const zone: Zone = {
  'pbx.example.org': [{type: 'A', address: '192.0.2.1', ttl: 100}],
  'brief.example.org': [{type: 'A', address: '192.0.2.2', ttl: 0}],
  'alias.example.org': [{type: 'CNAME', target: 'pbx.example.org', ttl: 30}],
  'away.example.org': [{type: 'CNAME', target: 'pbx.example.net', ttl: 40}],
  'circle.example.org': [{type: 'CNAME', target: 'circle.example.org'}],
  '_sip._udp.example.org': Array.from({length: 24}, (_, index) => ({
    type: 'SRV' as const,
    port: 5060 + index,
    target: `server-${index}.example.org`,
  })),
};

let clock: FakeClock;
let wire: FakeWire;
let servers: string[];
let hosts: Map<string, string[]>;
let system: Map<string, string[]>;
let systemAsked: string[];
let resolver: Resolver;

beforeEach(() => {
  clock = new FakeClock();
  wire = new FakeWire(clock);
  wire.add(first, zone);
  servers = [first];
  hosts = new Map();
  system = new Map();
  systemAsked = [];
  resolver = new Resolver({
    servers: () => servers,
    wire,
    clock,
    random: seededBytes(1),
    hosts: (name) => hosts.get(name) ?? [],
    system: async (name) => {
      systemAsked.push(name);
      return system.get(name) ?? Promise.reject(new Error('ENOTFOUND'));
    },
  });
});

/** What was found, and when. */
function ask<Type extends RecordType>(name: string, type: Type) {
  const outcome: {answer?: Answer<Type>; at?: number} = {};
  resolver.lookup(name, type, (answer) => {
    expect(outcome.answer).toBeUndefined();
    Object.assign(outcome, {answer, at: clock.now()});
  });
  return outcome;
}

function address(name: string): string | undefined {
  const outcome = ask(name, 'A');
  clock.advance(6000);
  return outcome.answer?.ok ? outcome.answer.value.map((record) => record.address).join() : undefined;
}

describe('the cache', () => {
  test('answers at once for as long as an answer holds, whatever the case', () => {
    expect(address('pbx.example.org')).toBe('192.0.2.1');
    clock.advance(90_000);
    expect(ask('PBX.example.org.', 'A').answer).toMatchObject({ok: true, value: [{address: '192.0.2.1'}]});
    clock.advance(5000);
    expect(ask('pbx.example.org', 'A').answer).toBeUndefined();
    clock.advance(10);
    expect(wire.asked).toHaveLength(2);
  });

  test('asks once for all who wait', () => {
    const outcomes = Array.from({length: 5}, () => ask('pbx.example.org', 'A'));
    clock.advance(10);
    expect(outcomes.every(({answer}) => answer?.ok)).toBe(true);
    expect(wire.asked).toHaveLength(1);
  });

  test('keeps nothing of a time of 0', () => {
    expect(address('brief.example.org')).toBe('192.0.2.2');
    expect(address('brief.example.org')).toBe('192.0.2.2');
    expect(wire.asked).toHaveLength(2);
  });

  test('keeps a no, shortly: as long as the zone says', () => {
    const outcome = ask('_sip._tcp.example.org', 'SRV');
    clock.advance(10);
    expect(outcome.answer).toEqual({ok: true, value: []});
    clock.advance(19_000);
    expect(ask('_sip._tcp.example.org', 'SRV').answer).toEqual({ok: true, value: []});
    clock.advance(1000);
    expect(ask('_sip._tcp.example.org', 'SRV').answer).toBeUndefined();
  });

  test('is bounded', () => {
    for (let index = 0; index < 1000; index += 1) {
      ask(`_sip._udp.host-${index}.example.org`, 'SRV');
      clock.advance(100);
    }
    expect(resolver.size).toBeLessThanOrEqual(256);
  });

  test('lets an alias hold no longer than it may', () => {
    expect(address('alias.example.org')).toBe('192.0.2.1');
    clock.advance(25_000);
    expect(ask('alias.example.org', 'A').answer).toBeUndefined();
  });

  test('follows an alias that leads to another zone, and not in circles', () => {
    ask('away.example.org', 'SRV');
    clock.advance(20);
    expect(wire.asked.at(-1)).toContain('SRV pbx.example.net');
    wire.servers.get(first)!.zone = {...zone, 'pbx.example.net': [{type: 'A', address: '192.0.2.9'}]};
    expect(address('away.example.org')).toBe('192.0.2.9');
    const asked = wire.asked.length;
    ask('circle.example.org', 'SRV');
    clock.advance(6000);
    expect(wire.asked.length - asked).toBeLessThanOrEqual(10);
  });
});

describe('name servers that fail', () => {
  test.each(['is silent', 'answers something else'] as const)(
    'one that %s is given a second, then the next is asked, and from then on first',
    (behaviour) => {
      wire.servers.get(first)!.behaviour = behaviour;
      wire.add(second, zone);
      servers = [first, second];
      const outcome = ask('pbx.example.org', 'A');
      clock.advance(1010);
      expect(outcome).toMatchObject({answer: {ok: true}, at: 1010});
      ask('brief.example.org', 'A');
      clock.advance(10);
      expect(wire.asked.at(-1)).toBe(`${second} UDP A brief.example.org`);
    },
  );

  test.each(['fails', 'sends garbage', 'cuts the answer in two', 'is not there'] as const)(
    'one that %s is not waited for',
    (behaviour) => {
      wire.servers.get(first)!.behaviour = behaviour;
      wire.add(second, zone);
      servers = [first, second];
      const outcome = ask('pbx.example.org', 'A');
      clock.advance(20);
      expect(outcome.answer).toMatchObject({ok: true, value: [{address: '192.0.2.1'}]});
    },
  );

  test('one that has no answer itself is said to, in words', () => {
    wire.servers.get(first)!.behaviour = 'fails';
    const outcome = ask('_sip._tcp.example.org', 'SRV');
    clock.advance(20);
    const text = `the name server ${first} has found no answer; does it reach the internet? (SERVFAIL)`;
    expect(outcome.answer).toEqual({ok: false, error: {code: 'refused', text}});
  });

  test('a slow answer counts though the next server has been asked', () => {
    wire.servers.get(first)!.delay = 1500;
    wire.add(second, zone, 'is silent');
    servers = [first, second];
    const outcome = ask('pbx.example.org', 'A');
    clock.advance(1500);
    expect(outcome.answer?.ok).toBe(true);
    expect(wire.open).toBe(0);
  });

  test('a cut answer is fetched over TCP', () => {
    const outcome = ask('_sip._udp.example.org', 'SRV');
    clock.advance(20);
    expect(outcome.answer?.ok && outcome.answer.value.length).toBe(24);
    expect(wire.asked).toEqual([
      `${first} UDP SRV _sip._udp.example.org`,
      `${first} TCP SRV _sip._udp.example.org`,
    ]);
  });

  test('all silent: over after four seconds, with words, and nothing left behind', () => {
    wire.servers.get(first)!.behaviour = 'is silent';
    const outcome = ask('pbx.example.org', 'A');
    clock.advance(3999);
    expect(outcome.answer).toBeUndefined();
    clock.advance(1);
    expect(outcome.answer).toEqual({
      ok: false,
      error: {code: 'no-answer', text: `no answer from the name server ${first}`},
    });
    expect(wire.open).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('none set: said at once', () => {
    servers = [];
    const outcome = ask('_sip._udp.example.org', 'SRV');
    clock.advance(0);
    expect(outcome.answer).toMatchObject({error: {text: 'no name server is set'}});
  });

  test('a failure is remembered for a moment only', () => {
    const server = wire.servers.get(first)!;
    server.behaviour = 'is not there';
    const outcome = ask('_sip._udp.example.org', 'SRV');
    clock.advance(10);
    expect(outcome.answer?.ok).toBe(false);
    server.behaviour = 'answers';
    expect(ask('_sip._udp.example.org', 'SRV').answer?.ok).toBe(false);
    clock.advance(1000);
    const again = ask('_sip._udp.example.org', 'SRV');
    clock.advance(20);
    expect(again.answer?.ok).toBe(true);
  });

  test('with another network it is forgotten', () => {
    const server = wire.servers.get(first)!;
    server.behaviour = 'is not there';
    for (let failed = 0; failed < 5; failed += 1) {
      ask('_sip._udp.example.org', 'SRV');
      clock.advance(10_000);
    }
    ask('_sip._udp.example.org', 'SRV');
    clock.advance(10);
    server.behaviour = 'answers';
    resolver.forgetFailures();
    const again = ask('_sip._udp.example.org', 'SRV');
    clock.advance(20);
    expect(again.answer?.ok).toBe(true);
  });

  test('while all are down, what was known serves on: after half a second, then at once, for three days', () => {
    expect(address('pbx.example.org')).toBe('192.0.2.1');
    wire.servers.get(first)!.behaviour = 'is silent';
    clock.advance(100_000);
    const start = clock.now();
    const outcome = ask('pbx.example.org', 'A');
    clock.advance(4000);
    expect(outcome).toMatchObject({answer: {ok: true, value: [{address: '192.0.2.1'}]}, at: start + 500});
    expect(ask('pbx.example.org', 'A').answer?.ok).toBe(true);
    clock.advance(2 * 86_400_000);
    expect(address('pbx.example.org')).toBe('192.0.2.1');
    clock.advance(2 * 86_400_000);
    expect(address('pbx.example.org')).toBeUndefined();
  });

  test('when it is back, the new answer counts from the next look-up on', () => {
    const server = wire.servers.get(first)!;
    address('pbx.example.org');
    server.behaviour = 'is silent';
    clock.advance(100_000);
    expect(address('pbx.example.org')).toBe('192.0.2.1');
    server.behaviour = 'answers';
    server.zone = {'pbx.example.org': [{type: 'A', address: '192.0.2.7'}]};
    clock.advance(10_000);
    expect(address('pbx.example.org')).toBe('192.0.2.7');
  });

  test('who waits is never told after close', () => {
    ask('pbx.example.org', 'A');
    resolver.close();
    expect(clock.pending).toBe(0);
    expect(wire.open).toBe(0);
  });

  test('questions at a time are bounded', () => {
    wire.servers.get(first)!.behaviour = 'is silent';
    const outcomes = Array.from({length: 70}, (_, index) => ask(`_sip._udp.h${index}.example.org`, 'SRV'));
    clock.advance(0);
    expect(outcomes.filter(({answer}) => answer?.ok === false)).toHaveLength(6);
    expect(wire.open).toBe(64);
  });
});

describe('names that DNS does not have', () => {
  /** Lets promises of the system look-up settle. */
  async function found(name: string): Promise<string | undefined> {
    const outcome = ask(name, 'A');
    clock.advance(10);
    await new Promise((resolve) => setImmediate(resolve));
    return outcome.answer?.ok ? outcome.answer.value.map((record) => record.address).join() : undefined;
  }

  test('the hosts file comes first', async () => {
    hosts.set('pbx.example.org', ['10.0.0.1', '::1']);
    expect(await found('pbx.example.org')).toBe('10.0.0.1');
    expect(wire.asked).toEqual([]);
  });

  test('mDNS names and names without a dot are the system’s, and never asked of DNS', async () => {
    system.set('doorline-123456.local', ['192.0.2.20']);
    system.set('pbx', ['192.0.2.21']);
    expect(await found('doorline-123456.local')).toBe('192.0.2.20');
    expect(await found('pbx')).toBe('192.0.2.21');
    expect(await found('nobody.local')).toBe('');
    expect(wire.asked).toEqual([]);
    expect(ask('pbx', 'A').answer?.ok).toBe(true);
  });

  test('what DNS says no to, or refuses, the system may know; what it has no address for, it is not asked', async () => {
    system.set('hidden.example.org', ['192.0.2.22']);
    expect(await found('hidden.example.org')).toBe('192.0.2.22');
    expect(await found('_sip._udp.example.org')).toBe('');
    wire.servers.get(first)!.behaviour = 'fails';
    system.set('other.example.org', ['192.0.2.23']);
    expect(await found('other.example.org')).toBe('192.0.2.23');
    expect(systemAsked).toEqual(['hidden.example.org', 'other.example.org']);
  });

  test('what is no name is no name', async () => {
    const outcome = ask('a..b', 'SRV');
    clock.advance(0);
    expect(outcome.answer).toMatchObject({error: {code: 'bad-name'}});
  });
});

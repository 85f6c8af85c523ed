import fc from 'fast-check';
import {beforeEach, describe, expect, test} from 'vitest';
import {type Located, Locator} from '../../../firmware/sip/agent/locator.ts';
import {orderServers} from '../../../firmware/sip/agent/server-order.ts';
import type {TransportName} from '../../../firmware/sip/transport/transport.ts';
import type {Zone} from '../../support/dns-server.ts';
import {FakeNames} from '../../support/fake-names.ts';
import {seededBytes} from '../../support/fake-network.ts';

/** Finding servers: RFC 3263 section 4. */

const zone: Zone = {
  'plain.example.org': [
    {type: 'A', address: '192.0.2.1'},
    {type: 'AAAA', address: '2001:db8::1'},
  ],
  '_sip._udp.srv.example.org': [
    {type: 'SRV', priority: 2, port: 5070, target: 'two.example.org'},
    {type: 'SRV', priority: 1, port: 5062, target: 'one.example.org'},
  ],
  '_sip._tcp.srv.example.org': [{type: 'SRV', port: 5064, target: 'one.example.org'}],
  'one.example.org': [
    {type: 'A', address: '192.0.2.11'},
    {type: 'A', address: '192.0.2.12'},
  ],
  'two.example.org': [{type: 'A', address: '192.0.2.21'}],
  'srv.example.org': [{type: 'A', address: '192.0.2.99'}],
  'naptr.example.org': [
    {type: 'NAPTR', order: 20, service: 'SIP+D2U', replacement: '_sip._udp.srv.example.org'},
    {type: 'NAPTR', order: 10, preference: 2, service: 'SIP+D2T', replacement: '_sip._tcp.srv.example.org'},
    {
      type: 'NAPTR',
      order: 10,
      preference: 1,
      service: 'SIPS+D2T',
      replacement: '_sips._tcp.naptr.example.org',
    },
    {type: 'NAPTR', order: 1, service: 'SIP+D2S', replacement: '_sip._sctp.srv.example.org'},
    {type: 'NAPTR', order: 1, service: 'E2U+sip', flags: 'u', regexp: '!^.*$!sip:x@y!', replacement: ''},
  ],
  '_sips._tcp.naptr.example.org': [{type: 'SRV', port: 5061, target: 'two.example.org'}],
  '_sip._udp.none.example.org': [{type: 'SRV', port: 0, target: ''}],
  'none.example.org': [{type: 'A', address: '192.0.2.98'}],
};

let names: FakeNames;

beforeEach(() => {
  names = new FakeNames(zone);
});

interface Options {
  transports?: TransportName[];
  families?: (4 | 6)[];
  seed?: number;
}

function locate(uri: string, options: Options = {}): Located {
  const {transports = ['UDP'], families = [4], seed = 1} = options;
  const locator = new Locator({names, transports, families, random: seededBytes(seed)});
  let located: Located | undefined;
  locator.locate(uri, (servers) => {
    expect(located).toBeUndefined();
    located = servers;
  });
  if (!located) throw new Error('not answered at once');
  return located;
}

/** The servers as short text, or the failure. */
function servers(uri: string, options?: Options): string[] | string {
  const located = locate(uri, options);
  if (!located.ok) return located.error;
  return located.value.map(({transport, address, port, serverName}) =>
    [transport, address, port, serverName].filter((part) => part !== undefined).join(' '),
  );
}

const all: TransportName[] = ['UDP', 'TCP', 'TLS'];

describe('without looking anything up', () => {
  test.each([
    ['sip:101@192.0.2.7', ['UDP 192.0.2.7 5060']],
    ['sip:192.0.2.7:5070', ['UDP 192.0.2.7 5070']],
    ['sip:101@[2001:db8::7]', ['UDP 2001:db8::7 5060']],
    // As the kernel writes what comes from there, with which it is compared.
    ['sip:101@[2001:DB8:0:0:0:0:0:7]', ['UDP 2001:db8::7 5060']],
    ['sip:101@srv.example.org;maddr=[2001:DB8:0::8]', ['UDP 2001:db8::8 5060']],
    ['sip:192.0.2.7;transport=tcp', ['TCP 192.0.2.7 5060']],
    ['sip:192.0.2.7;transport=TLS', ['TLS 192.0.2.7 5061 192.0.2.7']],
    ['sips:192.0.2.7', ['TLS 192.0.2.7 5061 192.0.2.7']],
    ['sips:192.0.2.7:5090;transport=tcp', ['TLS 192.0.2.7 5090 192.0.2.7']],
    ['sip:101@srv.example.org;maddr=192.0.2.8', ['UDP 192.0.2.8 5060']],
  ])('%s', (uri, expected) => {
    expect(servers(uri, {transports: all})).toEqual(expected);
    expect(names.asked).toEqual([]);
  });

  test('a transport that is not there is named', () => {
    expect(servers('sip:192.0.2.7;transport=tcp')).toBe(
      '192.0.2.7 asks for TCP, which cannot be used here: UDP can',
    );
    expect(servers('sips:192.0.2.7')).toMatch(/asks for TLS, which cannot be used here/);
    expect(servers('sips:192.0.2.7;transport=udp', {transports: all})).toMatch(/asks for UDP/);
    expect(servers('sip:192.0.2.7;transport=sctp', {transports: all})).toMatch(/asks for SCTP/);
    expect(servers('tel:101')).toBe('tel:101 is not a SIP address');
  });
});

describe('by name', () => {
  test('with a port: the addresses of the host, and nothing else is asked', () => {
    expect(servers('sip:101@srv.example.org:5090')).toEqual(['UDP 192.0.2.99 5090']);
    expect(names.asked).toEqual(['A srv.example.org']);
  });

  test('with a transport: SRV for it', () => {
    expect(servers('sip:srv.example.org;transport=udp', {transports: all})).toEqual([
      'UDP 192.0.2.11 5062',
      'UDP 192.0.2.12 5062',
      'UDP 192.0.2.21 5070',
    ]);
    expect(names.asked).not.toContain('NAPTR srv.example.org');
  });

  test('alone, without NAPTR: SRV for each transport, the preferred one first', () => {
    expect(servers('sip:srv.example.org', {transports: all})).toEqual([
      'UDP 192.0.2.11 5062',
      'UDP 192.0.2.12 5062',
      'UDP 192.0.2.21 5070',
      'TCP 192.0.2.11 5064',
      'TCP 192.0.2.12 5064',
    ]);
  });

  test('alone, with NAPTR: the services of the lowest order that can be used, by preference', () => {
    expect(servers('sip:naptr.example.org', {transports: all})).toEqual([
      'TLS 192.0.2.21 5061 naptr.example.org',
      'TCP 192.0.2.11 5064',
      'TCP 192.0.2.12 5064',
    ]);
    expect(servers('sip:naptr.example.org')).toEqual([
      'UDP 192.0.2.11 5062',
      'UDP 192.0.2.12 5062',
      'UDP 192.0.2.21 5070',
    ]);
    expect(servers('sips:naptr.example.org', {transports: all})).toEqual([
      'TLS 192.0.2.21 5061 naptr.example.org',
    ]);
  });

  test('alone, with addresses only: those, over the usual transport, in the preferred order of families', () => {
    expect(servers('sip:plain.example.org', {transports: all, families: [6, 4]})).toEqual([
      'UDP 2001:db8::1 5060',
      'UDP 192.0.2.1 5060',
    ]);
    expect(servers('sip:plain.example.org')).toEqual(['UDP 192.0.2.1 5060']);
    expect(servers('sips:plain.example.org', {transports: all})).toEqual([
      'TLS 192.0.2.1 5061 plain.example.org',
    ]);
    expect(servers('sip:plain.example.org', {transports: ['TCP']})).toEqual(['TCP 192.0.2.1 5060']);
  });

  test('a service that is decidedly not offered is not sought at the host itself', () => {
    expect(servers('sip:none.example.org')).toBe('none.example.org offers no SIP service over UDP');
  });

  test('that nobody knows, or nobody can be asked about', () => {
    expect(servers('sip:nobody.example.org')).toMatch(/^the name nobody\.example\.org is not known/);
    names.failure = {code: 'no-answer', text: 'no answer from the name server 192.0.2.53'};
    expect(servers('sip:srv.example.org')).toBe(
      'the name srv.example.org could not be looked up: no answer from the name server 192.0.2.53',
    );
  });

  test('what is needed without NAPTR is asked at the same time', () => {
    names.held = [];
    const random = seededBytes(1);
    const locator = new Locator({names, transports: ['UDP'], families: [4], random});
    locator.locate('sip:srv.example.org', () => {});
    expect(names.asked).toEqual([
      'NAPTR srv.example.org',
      'SRV _sip._udp.srv.example.org',
      'A srv.example.org',
    ]);
  });
});

describe('several servers of one priority', () => {
  const record = (priority: number, weight: number, target: string) => ({
    type: 'SRV' as const,
    name: '_sip._udp.example.org',
    ttl: 60,
    priority,
    weight,
    port: 5060,
    target,
  });

  /** How often each server is first and second, in `draws` independent orders. */
  function draw(weights: Record<string, number>, draws: number) {
    const records = Object.entries(weights).map(([target, weight]) => record(1, weight, target));
    const bytes = seededBytes(7);
    const chance = () => (Buffer.from(bytes(6)).readUIntBE(0, 6) + 0.5) / 2 ** 48;
    const first: Record<string, number> = {};
    const second: Record<string, number> = {};
    for (let index = 0; index < draws; index += 1) {
      const [one, two] = orderServers(records, chance);
      first[one!.target] = (first[one!.target] ?? 0) + 1 / draws;
      second[`${one!.target}${two!.target}`] = (second[`${one!.target}${two!.target}`] ?? 0) + 1 / draws;
    }
    return {first, second};
  }

  test('are drawn by their share of the weights, the next ones by their share of the rest', () => {
    const {first, second} = draw({a: 60, b: 30, c: 10}, 20_000);
    expect(first['a']).toBeCloseTo(0.6, 1);
    expect(first['b']).toBeCloseTo(0.3, 1);
    expect(first['c']).toBeCloseTo(0.1, 1);
    expect(second['ab']! / first['a']!).toBeCloseTo(0.75, 1);
    expect(second['ca']! / first['c']!).toBeCloseTo(0.667, 1);
  });

  test('with weight 0: hardly ever beside others, evenly among themselves', () => {
    const {first} = draw({a: 10, z: 0}, 5000);
    expect(first['z']).toBeGreaterThan(0);
    expect(first['z']).toBeLessThan(0.03);
    expect(draw({y: 0, z: 0}, 5000).first['y']).toBeCloseTo(0.5, 1);
  });

  test('keep their order in one user agent, whatever order they arrive in; many agents share them by weight', () => {
    const weighted = [
      {type: 'SRV' as const, weight: 75, port: 5060, target: 'one.example.org'},
      {type: 'SRV' as const, weight: 25, port: 5060, target: 'two.example.org'},
    ];
    let firsts = 0;
    for (let seed = 1; seed <= 400; seed += 1) {
      names.zone = {...zone, '_sip._udp.srv.example.org': weighted};
      const order = servers('sip:srv.example.org', {seed});
      names.zone = {...zone, '_sip._udp.srv.example.org': weighted.toReversed()};
      expect(servers('sip:srv.example.org', {seed})).toEqual(order);
      if (order[0] === 'UDP 192.0.2.11 5060') firsts += 1;
    }
    expect(firsts / 400).toBeGreaterThan(0.68);
    expect(firsts / 400).toBeLessThan(0.82);
  });

  test('priorities rule over weights, nothing is lost and nothing doubled', () => {
    const any = fc.record({
      priority: fc.nat(3),
      weight: fc.nat(100),
      target: fc.stringMatching(/^[a-z]{1,8}$/),
    });
    const lots = fc.array(fc.double({min: 1e-9, max: 1 - 1e-9, noNaN: true}), {minLength: 12, maxLength: 12});
    fc.assert(
      fc.property(fc.array(any, {maxLength: 12}), lots, (given, chances) => {
        const records = given.map(({priority, weight, target}) => record(priority, weight, target));
        const ordered = orderServers(records, (one) => chances[records.indexOf(one)]!);
        expect(ordered.map(({priority}) => priority)).toEqual(
          records.map(({priority}) => priority).sort((one, other) => one - other),
        );
        expect(new Set(ordered)).toEqual(new Set(records));
      }),
    );
  });
});

import {expect, test} from 'vitest';
import type {Dependence, NatBehaviour} from '../../firmware/stun/nat-behaviour.ts';
import {describeNat} from '../../firmware/stun/nat-words.ts';

const local = {address: '192.168.1.5', port: 5060};
const mapped = {address: '203.0.113.7', port: 40_001};

function words(nat: Partial<NatBehaviour>): string {
  const found: NatBehaviour = {
    mapped,
    translated: true,
    mapping: undefined,
    filtering: undefined,
    hairpinning: false,
    ...nat,
  };
  return describeNat(found, local).join('\n');
}

test('the mapped address, and what the kind of NAT means for a station', () => {
  const open = words({mapping: 'endpoint-independent', filtering: 'endpoint-independent', hairpinning: true});
  expect(open).toContain('192.168.1.5; outside it is seen as 203.0.113.7:40001');
  expect(open).toContain('called from everywhere');
  expect(open).toContain('Hairpinning yes');
  expect(words({mapping: 'endpoint-independent', filtering: 'address-dependent'})).toContain('set sip.stun');
  for (const mapping of ['address-dependent', 'address-and-port-dependent'] as Dependence[])
    expect(words({mapping, filtering: 'address-and-port-dependent'})).toContain('sip.stun does not help');
  expect(words({})).toContain('not known');
});

test('without NAT', () => {
  const direct = {mapped: local, translated: false, hairpinning: undefined};
  expect(words({...direct, filtering: 'endpoint-independent'})).toContain('needs no sip.stun');
  expect(words({...direct, filtering: 'address-dependent'})).toContain('firewall');
});

import {expect, test} from 'vitest';
import {StrangerLimit} from '../../../firmware/sip/transaction/stranger-limit.ts';

const rates = {ofNetwork: {burst: 60, perSecond: 20}, ofEverybody: {burst: 240, perSecond: 80}};

/** How many of `count` messages at the same time are let in. */
function admitted(limit: StrangerLimit, count: number, address: string, now: number): number {
  return Array.from({length: count}, () => limit.allows(address, now)).filter(Boolean).length;
}

test('an address has a burst, then so many a second, and never more than the burst', () => {
  const limit = new StrangerLimit(rates);
  expect(admitted(limit, 1000, '192.0.2.2', 0)).toBe(60);
  expect(admitted(limit, 1000, '192.0.2.2', 1000)).toBe(20);
  expect(admitted(limit, 1000, '192.0.2.2', 1_000_000)).toBe(60);
});

test('one address does not use up what another has', () => {
  const limit = new StrangerLimit(rates);
  admitted(limit, 1000, '192.0.2.2', 0);
  expect(admitted(limit, 1000, '192.0.2.3', 0)).toBe(60);
});

test('the addresses of one IPv6 /64 share what one address has, however they are written', () => {
  const limit = new StrangerLimit(rates);
  for (let host = 1; host <= 1000; host++) limit.allows(`2001:db8:0:1::${host.toString(16)}`, 0);
  for (const neighbour of ['2001:db8:0:1:a:b:c:d', '2001:db8:0:1::', '2001:db8::1:a:b:c:d']) {
    expect(limit.allows(neighbour, 0)).toBe(false);
  }
  expect(limit.size).toBe(1);
  expect(admitted(limit, 100, '2001:db8:0:2::1', 0)).toBe(60);
  expect(admitted(limit, 100, '2001:db8::1', 0)).toBe(60);
});

test('loopback and link-local addresses are networks too', () => {
  const limit = new StrangerLimit(rates);
  expect(admitted(limit, 100, '::1', 0)).toBe(60);
  expect(admitted(limit, 100, 'fe80::1%eth0', 0)).toBe(60);
  expect(admitted(limit, 100, 'fe80::2:3%eth0', 0)).toBe(0);
});

test('all addresses together are limited, and what is beyond is not even remembered', () => {
  const limit = new StrangerLimit(rates);
  let count = 0;
  for (let index = 0; index < 10_000; index++) {
    count += admitted(limit, 1, `198.51.${index >> 8}.${index & 255}`, 0);
  }
  expect(count).toBe(240);
  expect(limit.size).toBe(240);
});

test('few addresses are remembered, the latest of them', () => {
  const limit = new StrangerLimit(rates);
  for (let index = 0; index < 10_000; index++) {
    admitted(limit, 60, `198.51.${index >> 8}.${index & 255}`, index * 1000);
  }
  expect(limit.size).toBe(512);
  expect(limit.allows('198.51.39.15', 9_999_000)).toBe(false);
});

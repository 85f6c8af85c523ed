import {expect, test} from 'vitest';
import {canonicalAddress} from '../../firmware/base/canonical-address.ts';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['2001:DB8:0:0:0::7', '2001:db8::7'],
  ['::ffff:192.0.2.7', '::ffff:192.0.2.7'],
  ['FE80::0:1%eth0', 'fe80::1%eth0'],
  ['pbx.example.org', 'pbx.example.org'],
])('%s is written %s', (address, expected) => {
  expect(canonicalAddress(address)).toBe(expected);
});

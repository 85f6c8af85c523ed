import {expect, test} from 'vitest';
import {isFor} from '../../../firmware/sip/transport/certificate.ts';

const names = {domains: ['pbx.example.org'], addresses: ['192.0.2.7', '2001:DB8:0:0:0:0:0:7']};

test.each([
  ['pbx.example.org', true],
  ['PBX.example.org.', true],
  ['sub.pbx.example.org', false],
  ['192.0.2.7', true],
  ['2001:db8::7', true],
  ['2001:db8::8', false],
  ['fe80::1%eth0', false],
])('whether a certificate is for %s: %s', (name, expected) => {
  expect(isFor(names, name)).toBe(expected);
});

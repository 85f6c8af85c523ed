import {expect, test} from 'vitest';
import {addressesOn, isAllowed} from '../../firmware/station/allow-list.ts';
import {party} from './fakes/call.ts';

const direct = party({
  uri: 'sip:101@192.0.2.7',
  user: '101',
  host: '192.0.2.7',
  address: '192.0.2.7',
  verified: true,
});
const throughServer = party({address: '192.0.2.1', account: 'house', verified: true});
const spoofed = party({address: '198.51.100.9', verified: false});

test.each([
  ['any', true, true, true],
  ['house', false, true, false],
  ['192.0.2.7', true, false, false],
  ['sip:192.0.2.7', true, false, false],
  ['sip:192.0.2.7:5060;transport=udp', true, false, false],
  ['192.0.2.1', false, true, false],
  ['sip:101@example.org', false, true, false],
  ['101@Example.ORG', false, true, false],
  ['sip:101@192.0.2.7', true, false, false],
  ['102@example.org', false, false, false],
  ['101', false, true, false],
  ['example.org', false, false, false],
  ['', false, false, false],
])('%s: direct %s, through a server %s, a spoofed From %s', (entry, ...expected) => {
  expect([direct, throughServer, spoofed].map((caller) => isAllowed(caller, [entry]))).toEqual(expected);
});

test('at his own address anybody may call himself what he likes: that is not the user', () => {
  const stranger = party({
    uri: 'sip:101@198.51.100.9',
    host: '198.51.100.9',
    address: '198.51.100.9',
    verified: true,
  });
  expect(isAllowed(stranger, ['101', 'house', '101@example.org'])).toBe(false);
});

test('a user that is called like an account is not that account', () => {
  expect(isAllowed(party({user: 'house', verified: true}), ['house'])).toBe(false);
});

test('IPv6 addresses are the same however they are written', () => {
  const caller = party({address: '2001:db8:0:0::1'});
  expect(isAllowed(caller, ['sip:[2001:DB8::1]:5060'])).toBe(true);
  expect(isAllowed(caller, ['2001:db8::1'])).toBe(true);
  expect(isAllowed(caller, ['2001:db8::2'])).toBe(false);
  expect(isAllowed(party({address: '::ffff:192.0.2.7'}), ['192.0.2.7'])).toBe(true);
});

test('an empty list lets nobody in; an unknown address is nobody', () => {
  expect(isAllowed(direct, [])).toBe(false);
  expect(isAllowed(party({address: ''}), [''])).toBe(false);
});

test('the addresses on a list, wherever they stand', () => {
  const entries = [
    'any',
    'house',
    '101',
    '192.0.2.7',
    'sip:192.0.2.8:5060;transport=udp',
    '101@[2001:db8::1]',
    'a@b.org',
  ];
  expect(addressesOn(entries)).toEqual(['192.0.2.7', '192.0.2.8', '2001:db8::1']);
});

import {expect, test} from 'vitest';
import {sendsKeysReadably} from '../../firmware/station/readable-keys.ts';

const account = {
  name: 'house',
  uri: 'sip:door@example.org',
  user: 'door',
  password: '',
  registrars: ['sip:example.org'],
  expires: 300,
  srtp: 'required' as const,
};

test('keys are readable on the way to a server that is not reached over TLS', () => {
  expect(sendsKeysReadably(account)).toBe(true);
  expect(sendsKeysReadably({...account, srtp: 'optional'})).toBe(true);
  expect(sendsKeysReadably({...account, registrars: ['sip:example.org;transport=tcp']})).toBe(true);
  expect(sendsKeysReadably({...account, registrars: ['sip:example.org;transport=tls']})).toBe(false);
  expect(sendsKeysReadably({...account, registrars: ['sips:example.org']})).toBe(false);
  expect(sendsKeysReadably({...account, registrars: ['sips:example.org', 'sip:example.org']})).toBe(true);
  expect(sendsKeysReadably({...account, srtp: 'off'})).toBe(false);
});

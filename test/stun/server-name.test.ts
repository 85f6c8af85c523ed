import {expect, test} from 'vitest';
import {parseServerName} from '../../firmware/stun/server-name.ts';

test.each([
  ['stun:stun.example.org:3478', {host: 'stun.example.org', port: 3478}],
  ['stun:stun.example.org', {host: 'stun.example.org', port: undefined}],
  ['localhost', {host: 'localhost', port: undefined}],
  ['STUN:192.0.2.1', {host: '192.0.2.1', port: undefined}],
  ['192.0.2.1:5349', {host: '192.0.2.1', port: 5349}],
  ['stun:[2001:db8::1]:3478', {host: '2001:db8::1', port: 3478}],
  ['2001:db8::1', {host: '2001:db8::1', port: undefined}],
])('%s', (text, server) => {
  expect(parseServerName(text)).toEqual(server);
});

test.each([
  '',
  'stun:',
  'a b',
  'host:0',
  'host:65536',
  'host:x',
  '[1.2.3.4]:1',
  'turn:a:1',
  '-a',
  'a/b',
  'sip:a@b',
])('%s is no server', (text) => {
  expect(parseServerName(text)).toBeUndefined();
});

import {scryptSync} from 'node:crypto';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {formatProblem} from '../../firmware/config/problem.ts';
import {parseSetup} from '../../firmware/device/setup-settings.ts';

const boards = ['raspberry-pi-3', 'raspberry-pi-4'];
const key = `ssh-ed25519 ${Buffer.concat([
  Buffer.from([0, 0, 0, 11]),
  Buffer.from('ssh-ed25519'),
  Buffer.from([0, 0, 0, 32]),
  Buffer.alloc(32, 7),
]).toString('base64')} me@laptop`;

function read(text: string) {
  const result = parseSetup(text, 'doorline-setup.yaml', boards);
  if (!result.ok) throw new Error(result.error.map(formatProblem).join('\n'));
  return result.value;
}

function problems(text: string): string[] {
  const result = parseSetup(text, 'doorline-setup.yaml', boards);
  if (result.ok) throw new Error('it has no problems');
  return result.error.map(formatProblem);
}

test('everything that may be set', () => {
  const salt = Buffer.alloc(16, 1);
  const hash = scryptSync('secret', salt, 32, {N: 2 ** 14, r: 8, p: 1})
    .toString('base64')
    .replace('=', '');
  const text = `
name: Front door
board: raspberry-pi-4
wifi: {ssid: Zuhause am Süd, passphrase: 01234567, country: DE}
call: [192.168.1.20, 101]
account: {uri: sip:door@example.org, password: 0042, registrar: sip:192.168.1.2}
password_hash: $scrypt$ln=14,r=8,p=1$${salt.toString('base64').replace(/=+$/, '')}$${hash}
ssh_key: ${key}
`;
  expect(read(text)).toMatchObject({
    name: 'Front door',
    wifi: {ssid: 'Zuhause am Süd', passphrase: '01234567', country: 'DE'},
    call: ['192.168.1.20', '101'],
    account: {password: '0042'},
    ssh_key: [key],
  });
});

test('one target, several keys, and nothing at all', () => {
  expect(read('call: sip:101@pbx.example.org')).toEqual({call: ['sip:101@pbx.example.org']});
  expect(read(`ssh_key: ["${key}", "${key}"]`).ssh_key).toHaveLength(2);
  expect(read('')).toEqual({});
  expect(read('# name: nothing yet\n')).toEqual({});
});

test('a file as Windows editors write it', () => {
  expect(read('name: Haustür\r\ncall: 192.168.1.20\r\n')).toEqual({name: 'Haustür', call: ['192.168.1.20']});
});

test.each([
  ['nam: Door', '1:1: nam: unknown key; did you mean name?'],
  [
    'name: Door\nwifi: {ssid: Home, passphrase: short, country: DE}',
    '2:32: wifi.passphrase: must be 8 to 63',
  ],
  ['wifi: {ssid: Home}', '1:7: wifi.country: is missing'],
  ['wifi: {ssid: ääääääääääääääääää, country: DE}', 'wifi.ssid: must be at most 32 bytes'],
  ['wifi: Home', '1:7: wifi: must be a group of keys: ssid, passphrase, country'],
  ['call: 101', '1:7: call: is a bare number: it needs an account'],
  ['call: [192.168.1.20, 101]', '1:22: call.1: is a bare number'],
  ['call: [a b]', 'call.0: must be whom to call'],
  ['password: short', '1:11: password: must be 8 to 256 characters long'],
  ['password: long enough\npassword_hash: $scrypt$', '2:16: password_hash: must be a hash'],
  ['password_hash: $scrypt$ln=30,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAA', 'must be a hash'],
  ['ssh_key: command="sh" ssh-ed25519 AAAA', 'ssh_key: must be one public key'],
  [
    'ssh_key: ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH',
    'must be one public key',
  ],
  ['board: raspberry-pi-9', '1:8: board: there is no such board. Allowed: raspberry-pi-3, raspberry-pi-4'],
  ['- name', 'must be a group of keys'],
  ['name: [', 'doorline-setup.yaml:1:'],
])('%j is told of with its place', (text, expected) => {
  expect(problems(text).join('\n')).toContain(expected);
});

test('what is wrong never shows what may be a secret', () => {
  expect(
    problems('password: hunter2\nwifi: {ssid: a, passphrase: hunter3, country: hunter4}').join(),
  ).not.toMatch(/hunter/);
});

/** Made by ssh-keygen of OpenSSH 9.2. */
const made = [
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAMdp3fAtfTIojs9RdKKZ0YuRiLsc3oYs81TVmgCYtq5 me@laptop',
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC1V9DVenr6jYF0yqMqbOtH+9Pt7KAWnBG77h5TrG0BsyGYi5uGtIX7oJXQUkwsnjDaNrH/9d35goAV8acveCCb1N1yyZdlMeOzxIrgja6AIKGYej7eelNKrLihrxVwzYGN0aP/Da5JTGkesDBzlnSiQ85UgR24pYm4wMGxROXdowhi2c+gIt6yhjSh6M5lh3X/YwWm8e7fTtRUPVTxb2WPI6073wS2AhOapmqyoA+9EBo6WgZxHkhU9Ay3K1mZ9dqhrEJzVt9lpU48uE7W3GTduBuJ3oroNU99gutO5sZSAd0VBJbDs/Vv1AZxJVRVPGFdlpKZfAcOK4vD5gmWPdcokFiej8xeMXEEZRfAUVKIJDTWxZNzW88qogr/8TfO0ynt6oWOHU9f4ME2mpP8WY8EM4tr0bO94dw3rMQKXfM3NhDDiMTpAuPvJIpJ9qgiQOoBHNo4f/oqRTaXjHVNb5XWNARH0zLdaygN/hfSoENgHGPi/MkLoK7MmbDK28d4bSE= me@laptop',
  'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGEipZ5sLGA/kVGFMZiR/9MiUXAWk1/nK2WsoeWNzxBLJXmaPDavMORJqbtrkx7246BOSZaq650FJ8JnvONp5J8= me@laptop',
];

test.each(made)('a key that ssh-keygen has made', (one) => {
  expect(read(`ssh_key: ${one}`).ssh_key).toEqual([one]);
});

test('garbage never throws', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.string().map((one) => `ssh_key: ${one}`),
      ),
      (text) => {
        parseSetup(text, 'doorline-setup.yaml', boards);
      },
    ),
  );
});

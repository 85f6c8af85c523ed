import {join} from 'node:path';
import {expect, test} from 'vitest';
import {loadConfig} from '../../firmware/config/load-config.ts';
import {boards, folder, problems} from './configuration-files.ts';

test('files that are no configuration', () => {
  expect(problems(new Uint8Array(1024 * 1024 + 1).fill(32))).toEqual([
    'config.yaml: is larger than 1 MiB, which no configuration is',
  ]);
  expect(problems(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 1))).toEqual([
    'config.yaml: is not a text file in UTF-8',
  ]);
  expect(problems(Uint8Array.of(0xff, 0xfe))).toEqual(['config.yaml: is not a text file in UTF-8']);
  const missing = loadConfig(join(folder, 'none.yaml'), boards);
  expect(missing).toMatchObject({error: [{line: 0, message: 'cannot be read: there is no such file'}]});
  expect(loadConfig(folder, boards)).toMatchObject({error: [{message: 'cannot be read: it is a folder'}]});
});

test('aliases that would grow without end, and nesting without end, are refused', () => {
  const bomb = ['a: &a [x, x]'];
  for (let index = 1; index < 20; index += 1) {
    const [before, name] = ['abcdefghijklmnopqrst'[index - 1], 'abcdefghijklmnopqrst'[index]];
    bomb.push(`${name}: &${name} [${Array(10).fill(`*${before}`)}]`);
  }
  expect(problems(bomb.join('\n')).join('\n')).toMatch(/too many values|nested too deeply/);
  expect(problems(`board: ${'['.repeat(20_000)}`).join('\n')).toMatch(/nested too deeply/);
  expect(problems(`board: ${'['.repeat(30)}${']'.repeat(30)}`).join('\n')).toMatch(/nested too deeply/);
});

test('a password in an address is refused, and not repeated; ports and IPv6 are no passwords', () => {
  const found = problems(`board: simulated
sip:
  accounts: [{name: house, uri: 'sip:door:geheim@example.org'}]
buttons: [{name: bell, input: button-1, call: ['101:geheim@example.org', '192.0.2.1:5080', 'sip:a@[::1]:5062', '::1']}]
`);
  expect(found).toHaveLength(2);
  expect(found.join()).toMatch(/accounts\.0\.uri: holds a password.*call\.0: holds a password/);
  expect(found.join()).not.toContain('geheim');
});

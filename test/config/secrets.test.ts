import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {loadConfig} from '../../firmware/config/load-config.ts';
import {formatProblem} from '../../firmware/config/problem.ts';

const boards = new Map([['simulated', {inputs: [], outputs: [{name: 'relay-1'}]}]]);
const account = (password: string) =>
  `board: simulated\nsip:\n  accounts:\n    - name: house\n      uri: sip:a@b\n      password: ${password}\n`;

function load(text: string, secrets?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-secrets-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  writeFileSync(join(folder, 'config.yaml'), text);
  if (secrets !== undefined) writeFileSync(join(folder, 'secrets.yaml'), secrets);
  const result = loadConfig(join(folder, 'config.yaml'), boards);
  return result.ok
    ? result.value
    : result.error.map(formatProblem).map((line) => line.replace(`${folder}/`, ''));
}

test('a secret stands in the file beside, as it is written', () => {
  const config = load(account('!secret house'), 'house: 0042  # the PBX\n');
  expect(config).toMatchObject({sip: {accounts: [{password: '0042'}]}});
});

test('a secret may be a code', () => {
  const text = 'board: simulated\ndoors: [{name: d, output: relay-1, code: !secret door}]';
  expect(load(text, 'door: 0815')).toMatchObject({doors: [{code: '0815'}]});
});

test('without secrets nobody looks for the file', () => {
  expect(load(account('plain'), '{{{')).toMatchObject({sip: {accounts: [{password: 'plain'}]}});
});

test('the file, or the name, is missing', () => {
  expect(load(account('!secret house'))).toEqual([
    'config.yaml:6:25: sip.accounts.0.password: refers to secrets.yaml beside config.yaml, which cannot be read: there is no such file',
  ]);
  expect(load(account('!secret hause'), 'house: x')).toEqual([
    'config.yaml:6:25: sip.accounts.0.password: there is no secret hause in secrets.yaml; did you mean house?',
  ]);
});

test('problems of the secrets file name its lines, never its contents', () => {
  const lines = load(account('!secret house'), 'house: [hunter2]\nother: "hunter3');
  expect(lines).toEqual(
    expect.arrayContaining([expect.stringMatching(/^secrets\.yaml:2:\d+: a character is missing here/)]),
  );
  expect(lines.toString()).not.toMatch(/hunter/);
  expect(load(account('!secret house'), 'house: [hunter2]')).toEqual([
    'secrets.yaml:1:8: house: a secret must be text',
    'config.yaml:6:25: sip.accounts.0.password: there is no secret house in secrets.yaml',
  ]);
  expect(load(account('!secret house'), 'house: !secret hunter2')).toEqual([
    'secrets.yaml:1:16: house: a secret cannot refer to another secret',
    'config.yaml:6:25: sip.accounts.0.password: there is no secret house in secrets.yaml',
  ]);
});

test.each([
  ['a password of the wrong kind', account('[hunter2]')],
  ['a password that is too long', account(`hunter2${'x'.repeat(300)}`)],
  ['a password that looks like an alias', account('*hunter2')],
  ['a password that looks like a tag', account('!hunter2 x')],
  ['a password with a colon', account('a: hunter2: b')],
  ['a password with an unclosed quote', account('"hunter2')],
  ['a code with letters', 'board: simulated\ndoors: [{name: d, output: relay-1, code: hunter2}]'],
])('%s is not repeated in the problem', (_name, text) => {
  const lines = load(text);
  expect(lines).toBeInstanceOf(Array);
  expect(lines.toString()).not.toMatch(/hunter/);
});

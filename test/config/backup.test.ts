import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {beforeEach, expect, onTestFinished, test} from 'vitest';
import {boards} from '../../boards/index.ts';
import {withoutSecrets} from '../../firmware/config/backup.ts';
import {loadConfig} from '../../firmware/config/load-config.ts';
import {Settings} from '../../firmware/config/settings.ts';
import {readWavFile} from '../../hal/sound/wav-file.ts';

const written = `# The old password was hunter2.
name: "Front: door"
board: raspberry-pi-4
sip:
  accounts:
    - {name: my house, uri: sip:door@example.org, user: &u 0042, password: swordfish}
    - {name: my-house, uri: sip:door@example.net, password: *u}
    - {name: other, uri: sip:door@example.com, password: !secret other}
buttons:
  - {name: bell, input: button-1, call: [101, 'sip:a@192.0.2.1'], ring: in-turn} # the brass one
doors:
  - {name: front, output: relay-1, code: 007}
readers:
  - {name: gate, port: /dev/ttyAMA0, kind: wiegand, doors: [front], codes: [!secret postman, 0012345678, '188,24910']}
update: {url: 'https://me:tuna@example.org/a.raucb?key=mackerel', at: 3:30}
http: {listen: 127.0.0.1:8080}
`;
const secrets = 'other: "one: two"\npostman: 4711\n';
const hidden = [
  'account-my-house',
  'account-my-house-2',
  'other',
  'door-front',
  'postman',
  'reader-gate-2',
  'reader-gate-3',
];
const entered = {
  'account-my-house': 'swordfish',
  'account-my-house-2': '0042',
  'door-front': '007',
  'reader-gate-2': '0012345678',
  'reader-gate-3': '188,24910',
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorline-backup-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
});

const file = () => join(folder, 'doorline.yaml');
const settings = () => new Settings(file(), boards, join(folder, 'data'), readWavFile);
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const put = (name: string, content: string) => writeFileSync(join(folder, name), content);

function config() {
  const loaded = loadConfig(file(), boards);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value;
}

test('a backup holds everything but secrets, also those in comments, aliases and URLs, and names them', () => {
  const backup = withoutSecrets(written)!;
  expect(backup.secrets).toEqual(hidden);
  for (const secret of ['hunter2', 'swordfish', '007', '0012345678', '24910', 'tuna', 'mackerel', '4711']) {
    expect(backup.text, secret).not.toContain(secret);
  }
  expect(backup.text).toContain('password: !secret account-my-house\n');
});

test('restored on a new board, with the secrets entered, it is the same configuration', () => {
  put('doorline.yaml', written);
  put('secrets.yaml', secrets);
  const before = config();
  const backup = settings().backup();
  if (!backup.ok) throw new Error(backup.error.text);

  put('doorline.yaml', 'board: raspberry-pi-4\n');
  rmSync(join(folder, 'secrets.yaml'));
  expect(settings().restore(backup.value.text, {})).toEqual({
    ok: false,
    error: {code: 'bad', text: expect.stringContaining('Enter these: account-my-house,'), missing: hidden},
  });
  expect(read('doorline.yaml')).toBe('board: raspberry-pi-4\n');
  const all = {...entered, other: 'one: two', postman: '4711'};
  expect(settings().restore(backup.value.text, all)).toEqual({ok: true, value: undefined});
  expect(config()).toEqual({...before, update: {...before.update, url: 'https://example.org/a.raucb'}});
  expect(statSync(join(folder, 'secrets.yaml')).mode & 0o777).toBe(0o600);
  expect(read('doorline.yaml')).not.toContain('swordfish');
});

test('secrets that the station knows are not asked for, others that it knows stay', () => {
  put('doorline.yaml', written);
  put('secrets.yaml', `# mine\n${secrets}more: 1\n`);
  const {text} = withoutSecrets(written)!;
  expect(settings().restore(text, entered)).toMatchObject({ok: true});
  expect(read('secrets.yaml')).toMatch(/^# mine\nother: "one: two"\npostman: 4711\nmore: 1\n/);
  expect(config().sip.accounts.map(({password}) => password)).toEqual(['swordfish', '0042', 'one: two']);
});

test.each([
  ['board: pc\nnam: x\n', {}, /^Line 2, column 1: nam unknown key; did you mean name\?/],
  ['board: [\n', {}, /^Line \d/],
  ['', {}, /./],
  ['\u0000', {}, /not a text file/],
  ['board: pc\ndata: /elsewhere\n', {}, /^data: must be /],
  ['board: pc\n', {house: 'x'}, /no secret house in this backup/],
  [
    'board: raspberry-pi-4\ndoors: [{name: a, output: relay-1, code: !secret c}]\n',
    {c: 'no code'},
    /^Line 2/,
  ],
])('%j changes nothing and says what is wrong', (text, given, reason) => {
  put('doorline.yaml', written);
  put('secrets.yaml', secrets);
  expect(settings().restore(text, given as Record<string, string>)).toMatchObject({
    ok: false,
    error: {code: 'bad', text: expect.stringMatching(reason)},
  });
  expect([read('doorline.yaml'), read('secrets.yaml')]).toEqual([written, secrets]);
});

test('a secrets file that is no YAML is not written over', () => {
  put('doorline.yaml', 'board: pc\n');
  put('secrets.yaml', 'a: [\n');
  const text = 'board: pc\nsip: {accounts: [{name: a, uri: sip:a@b.c, password: !secret a}]}\n';
  expect(settings().restore(text, {a: 'x'})).toMatchObject({ok: false, error: {code: 'disk'}});
  expect([read('doorline.yaml'), read('secrets.yaml')]).toEqual(['board: pc\n', 'a: [\n']);
});

test('whatever passwords, codes and names are: the backup is whole without them', () => {
  const word = fc
    .string({minLength: 1, maxLength: 30, unit: 'grapheme'})
    .map((text) => text.replaceAll(/[\p{C}]/gu, 'x'));
  const quoted = (text: string) => JSON.stringify(text);
  fc.assert(
    fc.property(word, word, fc.uuid(), (name, user, password) => {
      const text = `board: pc\nname: ${quoted(name)}\nsip: {accounts: [{name: ${quoted(name)}, uri: sip:a@b.c, user: ${quoted(user)}, password: ${quoted(password)}}]}\n`;
      const backup = withoutSecrets(text)!;
      expect(backup.text).not.toContain(password);
      expect(backup.secrets).toHaveLength(1);
      put('doorline.yaml', text);
      const before = loadConfig(file(), boards);
      const restored = settings().restore(backup.text, {[backup.secrets[0]!]: password});
      expect(restored.ok).toBe(before.ok);
      if (before.ok) expect(config()).toEqual(before.value);
      rmSync(join(folder, 'secrets.yaml'), {force: true});
    }),
    {numRuns: 200},
  );
});

test('a recording that is not here, which the next start would not do without, is asked for first', () => {
  put('doorline.yaml', written);
  const backup = 'name: Gate\nboard: simulated\naudio: {sounds: {press: sounds/ding.wav}}\n';
  expect(settings().restore(backup, {})).toMatchObject({
    error: {code: 'bad', text: expect.stringMatching(/Line 3, .*sounds\/ding\.wav: there is no such file/)},
  });
  expect(read('doorline.yaml')).toBe(written);
});

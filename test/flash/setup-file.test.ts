import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {parse} from 'yaml';
import {isPassword} from '../../firmware/access/password-hash.ts';
import {type Ask, askSettings, readSettings} from '../../tools/flash/setup-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'doorline-setup-'));
afterAll(() => rmSync(folder, {recursive: true}));

const key = `ssh-ed25519 ${Buffer.concat([Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0 '), Buffer.alloc(32, 7)]).toString('base64')} anna`;

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** Somebody who gives these answers; what he was asked and told. */
function somebody(...answers: string[]) {
  const heard: string[] = [];
  const ask: Ask = async (question, kind) => {
    heard.push(kind === 'secret' ? `(secret) ${question}` : question);
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`no answer to ${question}`);
    return answer;
  };
  return {ask, say: (line: string) => heard.push(line), heard, answers};
}

test('a file goes onto the card as it is, but for the admin password, of which there is a hash', async () => {
  const file = write('good.yaml', '# ours\nname: Gate\npassword: 0012345678\ncall: 192.168.1.20\n');
  const text = await readSettings(file);
  expect(text).toMatch(/^# ours\nname: Gate\n/);
  expect(text).not.toMatch(/0012345678|password:/);
  const {password_hash: hash, call} = parse(text) as {password_hash: string; call: string};
  expect(await isPassword('0012345678', hash)).toBe(true);
  expect(await isPassword('12345678', hash)).toBe(false);
  expect(call).toBe('192.168.1.20');
});

test('a wrong file is refused with the places of all that is wrong, and no secret', async () => {
  const file = write('bad.yaml', 'nam: Gate\nwifi: {ssid: Home, passphrase: tooshrt, country: de}\n');
  const error = await readSettings(file).catch((reason: Error) => reason.message);
  expect(error).toMatch(/bad\.yaml:1:1: nam: .*name/);
  expect(error).toMatch(/bad\.yaml:2:.*passphrase/);
  expect(error).toMatch(/bad\.yaml:2:.*country/);
  expect(error).not.toContain('tooshrt');
  await expect(readSettings(join(folder, 'none.yaml'))).rejects.toThrow(/cannot be read/);
});

test('answers become settings; secrets are not shown as they are typed', async () => {
  const keyFile = write('id.pub', `${key}\n`);
  const {ask, say, heard} = somebody(
    ...[
      'Front: door',
      '192.168.1.20, sip:101@pbx.example.org',
      'Home',
      'correct: horse',
      'de',
      'open # sesame',
      'Asia/Tokyo',
      keyFile,
    ],
  );
  const text = await askSettings(ask, say);
  const {password_hash: hash, ...rest} = parse(text) as Record<string, unknown>;
  expect(rest).toEqual({
    name: 'Front: door',
    call: ['192.168.1.20', 'sip:101@pbx.example.org'],
    wifi: {ssid: 'Home', passphrase: 'correct: horse', country: 'DE'},
    timezone: 'Asia/Tokyo',
    ssh_key: key,
  });
  expect(await isPassword('open # sesame', hash as string)).toBe(true);
  expect(text).not.toContain('sesame');
  expect(heard.filter((question) => question.startsWith('(secret)'))).toHaveLength(2);
});

test('what cannot be used is asked for again, and the reason is told', async () => {
  const {ask, say, heard, answers} = somebody(
    ...[
      '',
      '101',
      '',
      'Home',
      'short',
      'DE',
      'Home',
      '',
      'DE',
      'short',
      'long enough',
      '+02:00',
      'Europe/Berlin',
      '/nowhere/id.pub',
      '',
    ],
  );
  const text = await askSettings(ask, say);
  expect(answers).toEqual([]);
  expect(parse(text)).toMatchObject({
    wifi: {ssid: 'Home', country: 'DE'},
    timezone: 'Europe/Berlin',
  });
  const told = heard.filter((line) => line.startsWith('  '));
  expect(told).toHaveLength(5);
  expect(told[0]).toMatch(/account/);
  expect(told[1]).toMatch(/8 to 63/);
  expect(told[2]).toMatch(/8 to 256/);
  expect(told[3]).toMatch(/time zone such as/);
  expect(told[4]).toMatch(/ENOENT|no such file/i);
});

test('without an answer there is only the time zone of this computer', async () => {
  const {ask, say} = somebody('', '', '', '', '', '');
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  expect(parse(await askSettings(ask, say))).toEqual({timezone});
});

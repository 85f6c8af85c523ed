import {generateKeyPairSync} from 'node:crypto';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {parseConfig} from '../../firmware/config/load-config.ts';
import {formatProblem} from '../../firmware/config/problem.ts';

const folder = mkdtempSync(join(tmpdir(), 'doorline-tls-'));
afterAll(() => rmSync(folder, {recursive: true}));

const pair = () => generateKeyPairSync('ec', {namedCurve: 'P-256'}).privateKey;
const files: Record<string, string> = {
  'good.key': pair().export({type: 'pkcs8', format: 'pem'}).toString(),
  'locked.key': pair()
    .export({type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret'})
    .toString(),
  'broken.crt': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
  'text.txt': 'hello\n',
};
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);

/** What is wrong with these lines below `sip:`, as people see it. */
function problems(...sip: string[]): string[] {
  const text = ['board: pc', 'sip:', ...sip.map((line) => `  ${line}`)].join('\n');
  const boards = new Map([['pc', {inputs: [], outputs: []}]]);
  const result = parseConfig(text, join(folder, 'config.yaml'), boards, () => ({reason: 'no secrets'}));
  return result.ok ? [] : result.error.map(formatProblem).map((line) => line.replace(`${folder}/`, ''));
}

test('nothing need be said about TLS', () => {
  expect(problems('listen: [udp:0.0.0.0:5060]')).toEqual([]);
  expect(problems('tls: {verify: false}')).toEqual([]);
});

test.each([
  ['a missing file', 'authorities: nowhere.pem', 'cannot be read: there is no such file'],
  ['a folder', 'authorities: .', 'cannot be read: it is a folder'],
  [
    'text instead of a certificate',
    'authorities: text.txt',
    'holds no certificate: PEM files have a line -----BEGIN CERTIFICATE-----',
  ],
  ['a key instead of a certificate', 'authorities: good.key', 'holds no certificate'],
  ['a broken certificate', 'authorities: broken.crt', 'holds a certificate that cannot be read'],
  ['a key without a certificate', 'key: good.key', 'needs sip.tls.certificate beside it'],
])('%s is told at its line', (_name, line, problem) => {
  const [key = ''] = line.split(':');
  const told = problems('tls:', `  ${line}`);
  expect(told).toHaveLength(1);
  expect(told[0]).toContain(`config.yaml:4:${key.length + 7}: sip.tls.${key}: ${problem}`);
});

test.each([
  ['text instead of a key', 'text.txt', 'holds no private key in PEM format'],
  ['a key with a passphrase', 'locked.key', 'is a key with a passphrase'],
])('%s is told, and nothing of the file', (_name, file, problem) => {
  const told = problems('tls:', '  certificate: broken.crt', `  key: ${file}`);
  expect(told).toHaveLength(2);
  expect(told[1]).toContain(`config.yaml:5:10: sip.tls.key: ${problem}`);
  expect(told.join()).not.toContain('hello');
});

test('to listen for TLS both files are needed', () => {
  const told = 'needs sip.tls.certificate and sip.tls.key';
  expect(problems('listen: [udp:0.0.0.0:5060, tls:0.0.0.0:5061]')).toEqual([
    `config.yaml:3:30: sip.listen.1: ${told}`,
  ]);
});

test('verify is true or false', () => {
  expect(problems('tls: {verify: maybe}')).toEqual([
    'config.yaml:3:17: sip.tls.verify: must be one of true, false',
  ]);
});

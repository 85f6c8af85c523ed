import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, onTestFinished, test, vi} from 'vitest';
import {update} from '../../firmware/commands/update.ts';

let folder: string;
let said: string;
/** What the station answers: to the update that is given, then each time it is asked how it stands. */
let answers: [number, unknown][];
/** What it was given. */
let given: string[];
let port: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'doorline-update-command-'));
  said = '';
  given = [];
  const take = (text: unknown) => {
    said += String(text);
    return true;
  };
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
  vi.spyOn(console, 'log').mockImplementation((text) => void take(`${text}\n`));
  const station = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (request.method === 'POST') given.push(`${request.headers['content-type']} ${body}`);
    const [status, answer] = request.headers.authorization === 'Bearer token' ? answers.shift()! : [401, {}];
    response.writeHead(status).end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => station.listen(0, '127.0.0.1', resolve));
  port = (station.address() as AddressInfo).port;
  configure(`http: {listen: 127.0.0.1:${port}}`);
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data/local-token'), 'token\n');
  writeFileSync(join(folder, 'bundle'), 'a bundle');
  onTestFinished(() => {
    vi.restoreAllMocks();
    station.closeAllConnections();
    station.close();
    rmSync(folder, {recursive: true});
  });
});

const configure = (http: string) => writeFileSync(join(folder, 'doorline.yaml'), `board: pc\n${http}\n`);
const run = (source: string) => update(join(folder, 'doorline.yaml'), source);
const state = (name: string, reason: string | null = null): [number, unknown] => [
  200,
  {state: name, percent: null, reason},
];

test('a file goes as it is, a URL by its name; each is followed to its end', async () => {
  answers = [
    state('waiting'),
    state('waiting'),
    [200, {state: 'installing', percent: 40}],
    state('installed'),
  ];
  expect(await run(join(folder, 'bundle'))).toBe(0);
  expect(said).toBe(
    'waiting for the end of the call\ninstalling 40 %\ninstalled: the board starts anew when nobody talks\n',
  );
  answers = [state('waiting'), state('refused', 'It is damaged.')];
  expect(await run('https://example.org/a.raucb')).toBe(1);
  expect(said).toMatch(/refused; what runs is unchanged\nIt is damaged\.\n$/);
  expect(given).toEqual([
    'application/octet-stream a bundle',
    'application/json {"url":"https://example.org/a.raucb"}',
  ]);
});

test.each([
  ['/nowhere/bundle', 2, /\/nowhere\/bundle cannot be read: there is no such file/],
  ['/', 2, /cannot be read: it is no file/],
  ['ftp://example.org/a', 2, /no such file/],
])('%s is no update', async (source, code, words) => {
  expect([await run(source), said]).toEqual([code, expect.stringMatching(words)]);
});

test('what the station refuses is said in its words', async () => {
  answers = [[409, {detail: 'There is an update under way already.'}]];
  expect([await run('http://a/b'), said]).toEqual([1, 'There is an update under way already.\n']);
});

test('a station that was started anew in between is not waited for', async () => {
  answers = [state('waiting'), state('idle')];
  expect([await run('http://a/b'), said]).toEqual([1, expect.stringContaining('started anew before')]);
  said = '';
  answers = [state('waiting'), [401, {}]];
  expect([await run('http://a/b'), said]).toEqual([1, expect.stringContaining('does not know the token')]);
});

test('where no station can be asked it says why', async () => {
  const failing = async (words: RegExp) => {
    said = '';
    expect([await run('http://a/b'), said]).toEqual([1, expect.stringMatching(words)]);
  };
  answers = [[200, '<html>']];
  await failing(/what listens there is no station/);
  configure('http: {listen: 127.0.0.1:1}');
  await failing(/does not answer: nothing listens at 127\.0\.0\.1:1\.$/m);
  configure('http: {listen: 127.0.0.1:0}');
  await failing(/has port 0/);
  configure('');
  await failing(/has no page/);
  configure(`http: {listen: 127.0.0.1:${port}}`);
  rmSync(join(folder, 'data/local-token'));
  await failing(/it does not run/);
  configure('htp: {}');
  said = '';
  expect([await run('http://a/b'), said]).toEqual([2, expect.stringContaining('unknown key')]);
});

import {existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, onTestFinished, test} from 'vitest';
import {failure, success} from '../../firmware/base/result.ts';
import type {HttpServer} from '../../firmware/web/http-server.ts';
import type {Shown} from '../../firmware/web/shown.ts';
import {ask, serve} from './client.ts';
import {FakeStation} from './fake-station.ts';

type Updater = NonNullable<Shown['updates']>['updater'];

let begun: string[];
let received: Buffer[];
let busy: boolean;
let upload: string;
let server: HttpServer;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-upload-'));
  upload = join(folder, 'update.raucb');
  begun = [];
  received = [];
  busy = false;
  const updater: Pick<Updater, 'begin' | 'whyBusy' | 'status'> = {
    status: {state: 'idle', percent: null, reason: null},
    get whyBusy() {
      return busy ? 'There is an update under way already.' : undefined;
    },
    begin(source, shown) {
      if (busy) return failure('busy');
      begun.push(`${source} ${shown}`);
      if (existsSync(source)) received.push(readFileSync(source));
      return success(undefined);
    },
  };
  server = await serve(new FakeStation(), {updates: {updater: updater as Updater, upload}});
  onTestFinished(async () => {
    await server.close();
    rmSync(folder, {recursive: true});
  });
});

const bundle = {'Content-Type': 'application/octet-stream'};
const post = (
  body: string | Buffer,
  headers: Record<string, string> = {'Content-Type': 'application/json'},
) => ask(server, 'POST', '/api/update', {body, headers});

test('how it stands', async () => {
  expect(JSON.parse((await ask(server, 'GET', '/api/update')).text)).toEqual({
    state: 'idle',
    percent: null,
    reason: null,
  });
});

test('an uploaded bundle is kept whole, and installed', async () => {
  const body = Buffer.alloc(5_000_000, 'bundle');
  expect((await post(body, bundle)).status).toBe(200);
  expect(begun).toEqual([`${upload} an uploaded file`]);
  expect(received[0]?.equals(body)).toBe(true);
});

test('a URL is shown without what may be secret in it', async () => {
  expect((await post('{"url": "https://me:secret@example.org/a.raucb?key=secret"}')).status).toBe(200);
  expect(begun).toEqual(['https://me:secret@example.org/a.raucb?key=secret https://example.org/a.raucb']);
});

test.each([
  '{"url": "file:///etc/shadow"}',
  '{"url": "/etc/shadow"}',
  '{"url": "--help"}',
  '{"url": ""}',
  '{"url": 1}',
  '{}',
  '[]',
  'x',
])('%s is no update', async (body) => {
  expect((await post(body)).status).toBe(400);
  expect(begun).toEqual([]);
});

test('of uploads too large, empty, of another type, or beside another update, nothing is kept', async () => {
  const large = await post('', {...bundle, 'Content-Length': String(2 ** 31)});
  expect(large.status).toBe(413);
  expect((await post('', bundle)).status).toBe(400);
  expect((await post('x', {'Content-Type': 'text/plain'})).status).toBe(415);
  busy = true;
  expect((await post('x', bundle)).status).toBe(409);
  expect([begun, existsSync(upload)]).toEqual([[], false]);
});

test('an upload that breaks off leaves nothing, and another may follow', async () => {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    'POST /api/update HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\nhalf',
  );
  await expect.poll(() => existsSync(upload), {timeout: 10_000}).toBe(true);
  expect((await post('another', bundle)).status).toBe(409);
  socket.destroy();
  await expect.poll(() => existsSync(upload), {timeout: 10_000}).toBe(false);
  await expect.poll(async () => (await post('whole', bundle)).status, {timeout: 10_000}).toBe(200);
  expect(received.map(String)).toEqual(['whole']);
});

test('an upload that comes to its end when another update has begun meanwhile leaves nothing', async () => {
  const socket = connect(server.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.write(
    'POST /api/update HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: 8\r\n\r\nhalf',
  );
  await expect.poll(() => existsSync(upload), {timeout: 10_000}).toBe(true);
  busy = true;
  socket.write('half');
  await expect.poll(() => answer, {timeout: 10_000}).toMatch(/^HTTP\/1\.1 409 .*busy/s);
  socket.destroy();
  expect([begun, existsSync(upload)]).toEqual([[], false]);
});

test('a disk that is full is told of, whatever is still to come of the upload', async () => {
  symlinkSync('/dev/full', upload);
  const answer = await ask(server, 'POST', '/api/update', {
    body: Buffer.alloc(20_000_000),
    headers: {...bundle, 'Transfer-Encoding': 'chunked'},
  });
  expect([answer.status, JSON.parse(answer.text).detail]).toEqual([
    507,
    expect.stringContaining('not enough room'),
  ]);
  expect(existsSync(upload)).toBe(false);
});

test('where there are no slots it says so', async () => {
  const other = await serve(new FakeStation());
  expect(JSON.parse((await ask(other, 'GET', '/api/update')).text).state).toBe('unavailable');
  const {status, text} = await ask(other, 'POST', '/api/update', {
    body: '{"url": "http://a/b"}',
    headers: {'Content-Type': 'application/json'},
  });
  expect([status, JSON.parse(text).detail]).toEqual([409, expect.stringContaining('no slots')]);
  await other.close();
});

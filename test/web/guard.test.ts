import fc from 'fast-check';
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest';
import type {HttpServer} from '../../firmware/web/http-server.ts';
import {ask, raw, serve} from './client.ts';
import {FakeStation} from './fake-station.ts';

const station = new FakeStation();
const faults: unknown[] = [];
let server: HttpServer;

beforeAll(async () => {
  server = await serve(station, {faults});
});
beforeEach(() => {
  station.asked.length = 0;
});
afterAll(() => server.close());

const press = (headers: Record<string, string>) => ask(server, 'POST', '/api/buttons/bell/press', {headers});

test.each([
  '127.0.0.1',
  '127.0.0.1:8080',
  '[::1]:8080',
  'localhost',
  'LOCALHOST:1',
  'doorline-ab12cd.local:80',
])('the host %s is ours', async (host) => {
  expect((await ask(server, 'GET', '/api/status', {headers: {Host: host}})).status).toBe(200);
});

test.each([
  'example.org',
  'evil.example:8080',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'local',
  '.local.evil',
  '127.0.0.1@evil.example',
  '[evil.example]',
])('the host "%s" is not: another name may have been made to lead here', async (host) => {
  const {status, text} = await ask(server, 'GET', '/api/status', {headers: {Host: host}});
  expect(status).toBe(421);
  expect(text).not.toContain('uptime');
});

test.each([
  [{}, 200],
  [{'Sec-Fetch-Site': 'same-origin'}, 200],
  [{'Sec-Fetch-Site': 'none'}, 200],
  [{'Sec-Fetch-Site': 'cross-site'}, 403],
  [{'Sec-Fetch-Site': 'same-site'}, 403],
  [{'Sec-Fetch-Site': 'anything'}, 403],
  [{Origin: 'http://127.0.0.1:8080', Host: '127.0.0.1:8080'}, 200],
  [{Origin: 'http://127.0.0.1:8081', Host: '127.0.0.1:8080'}, 403],
  [{Origin: 'http://evil.example', Host: '127.0.0.1:8080'}, 403],
  [{Origin: 'null', Host: '127.0.0.1:8080'}, 403],
  [{Origin: 'http://evil.example', 'Sec-Fetch-Site': 'same-origin'}, 403],
] as const)('a write with %o gets %i', async (headers, status) => {
  expect((await press(headers)).status).toBe(status);
  expect(station.asked).toHaveLength(status === 200 ? 1 : 0);
});

test('pages of other sites get no stream either, however the path is spelled', async () => {
  const headers = {'Sec-Fetch-Site': 'cross-site'};
  for (const path of ['/api/live', '/%61pi/live', '/api/journal/stream']) {
    expect((await ask(server, 'GET', path, {headers})).status, path).toBe(403);
  }
  expect((await ask(server, 'POST', '/%61pi/doors/front/open', {headers})).status).toBe(403);
  expect((await ask(server, 'GET', '/api/%zz', {headers})).status).toBe(400);
  expect(station.asked).toEqual([]);
});

test('a listener that others can reach refuses changes, and says why', async () => {
  const open = await serve(station, {address: '0.0.0.0'});
  const {status, text} = await ask(open, 'POST', '/api/doors/front/open');
  expect(status).toBe(403);
  expect(JSON.parse(text).detail).toContain('none is set yet');
  expect((await ask(open, 'GET', '/api/status')).status).toBe(200);
  expect(station.asked).toEqual([]);
  await open.close();
});

test('every answer forbids foreign content, foreign frames and guessing of types', async () => {
  for (const path of ['/', '/api/status', '/nothing']) {
    const {headers} = await ask(server, 'GET', path);
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'self'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  }
});

test('whatever is asked, the answer is one of ours and the station does nothing', async () => {
  const text = fc.string({unit: 'binary', maxLength: 60}).map((part) => encodeURI(part.toWellFormed()));
  const path = fc.oneof(
    text.map((part) => `/${part}`),
    fc
      .array(
        fc.constantFrom('api', 'calls', 'current', 'doors', 'journal', '..', '%2e%2e', '', '%00', '1', '?'),
        {
          maxLength: 6,
        },
      )
      .map((parts) => `/${parts.join('/')}`),
  );
  const value = fc.stringMatching(/^[ -~]{0,40}$/).map((part) => part.trim());
  const headers = fc.dictionary(
    fc.constantFrom(
      'Origin',
      'Sec-Fetch-Site',
      'Content-Type',
      'Accept',
      'If-None-Match',
      'Last-Event-ID',
      'X',
    ),
    value,
    {maxKeys: 4},
  );
  const method = fc.constantFrom('GET', 'HEAD', 'PUT', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND');
  const body = fc.oneof(fc.constant(''), fc.string({maxLength: 200}), fc.json({maxDepth: 3}));
  await fc.assert(
    fc.asyncProperty(method, path, headers, body, async (verb, where, fields, content) => {
      const answer = await ask(server, verb, where, {headers: fields, body: content});
      expect(answer.status).not.toBe(500);
      expect(answer.text).not.toMatch(/ {4}at /);
      if (answer.status >= 400 && verb !== 'HEAD') {
        expect(answer.headers['content-type']).toBe('application/problem+json');
        expect(JSON.parse(answer.text).status).toBe(answer.status);
      }
    }),
    {numRuns: 300},
  );
  expect(faults).toEqual([]);
  expect(station.asked).toEqual([]);
});

test('bytes that are not HTTP are answered, and the server lives on', async () => {
  const start = 'GET /api/status HTTP/1.1\r\n';
  const cases: [string, RegExp][] = [
    ['nonsense\r\n\r\n', /^HTTP\/1\.1 400 /],
    [`${start}\r\n`, /^HTTP\/1\.1 400 /],
    [`${start}Host: \r\nConnection: close\r\n\r\n`, /^HTTP\/1\.1 421 /],
    [`${start}Host: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    [
      `${start}Host: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      /^HTTP\/1\.1 400 /,
    ],
    [
      'GET http://evil.example/api/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      /^HTTP\/1\.1 4/,
    ],
    ['GET /api/status HTTP/1.0\r\n\r\n', /^HTTP\/1\.1 421 /],
  ];
  for (const [bytes, expected] of cases) expect(await raw(server, bytes)).toMatch(expected);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({maxLength: 300}), async (bytes) => {
      expect(await raw(server, Buffer.from(bytes))).not.toMatch(/ {4}at /);
    }),
    {numRuns: 50},
  );
  expect((await ask(server, 'GET', '/api/status')).status).toBe(200);
});

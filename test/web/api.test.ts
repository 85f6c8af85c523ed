import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {failure} from '../../firmware/base/result.ts';
import type {HttpServer} from '../../firmware/web/http-server.ts';
import {ask, serve} from './client.ts';
import {FakeStation} from './fake-station.ts';

let station: FakeStation;
let server: HttpServer;

beforeEach(async () => {
  station = new FakeStation();
  server = await serve(station);
});
afterEach(() => server.close());

const json = {'Content-Type': 'application/json'};

describe('what can be read', () => {
  test('the status', async () => {
    const {status, headers, text} = await ask(server, 'GET', '/api/status');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(text)).toEqual(station.current);
  });

  test('the call log newest first, one call, and its ladder', async () => {
    for (let count = 0; count < 3; count += 1) station.log({});
    const message = {
      at: 'now',
      direction: 'out' as const,
      from: 'a',
      to: 'b',
      message: 'BYE x SIP/2.0\r\n\r\n',
    };
    station.message(2, message);
    const ids = async (query: string) =>
      (JSON.parse((await ask(server, 'GET', `/api/calls${query}`)).text) as {id: number}[]).map(({id}) => id);
    expect(await ids('')).toEqual([3, 2, 1]);
    expect(await ids('?limit=1')).toEqual([3]);
    expect(await ids('?before=3&limit=1')).toEqual([2]);
    expect(JSON.parse((await ask(server, 'GET', '/api/calls/2')).text)).toEqual(station.get(2));
    expect(JSON.parse((await ask(server, 'GET', '/api/calls/2/ladder')).text)).toEqual([message]);
  });

  test.each(['4', '0', '-1', '1.0', 'abc', '99999999999999999999'])('there is no call %s', async (id) => {
    station.log({});
    expect((await ask(server, 'GET', `/api/calls/${id}`)).status).toBe(404);
    expect((await ask(server, 'GET', `/api/calls/${id}/ladder`)).status).toBe(404);
  });

  test('the journal from where the reader stands', async () => {
    for (const text of ['one', 'two', 'three']) station.append(text);
    const texts = async (query: string) =>
      (JSON.parse((await ask(server, 'GET', `/api/journal${query}`)).text) as {text: string}[]).map(
        ({text}) => text,
      );
    expect(await texts('')).toEqual(['one', 'two', 'three']);
    expect(await texts('?after=1')).toEqual(['two', 'three']);
    expect(await texts('?after=1&limit=1')).toEqual(['two']);
    expect(await texts('?after=3')).toEqual([]);
  });

  test.each(['after=-1', 'after=x', 'after=1e3', 'limit=0', 'limit=501', 'after='])(
    'a journal cannot be read with ?%s',
    async (query) => {
      const {status, text} = await ask(server, 'GET', `/api/journal?${query}`);
      expect(status).toBe(400);
      expect(JSON.parse(text).detail).toMatch(/whole number from \d+ to \d+/);
    },
  );

  test('HEAD is GET without the body', async () => {
    const {status, headers, text} = await ask(server, 'HEAD', '/api/status');
    expect(status).toBe(200);
    expect(Number(headers['content-length'])).toBeGreaterThan(100);
    expect(text).toBe('');
    expect((await ask(server, 'HEAD', '/api/live')).status).toBe(200);
  });
});

describe('what can be done', () => {
  test.each([
    ['POST', '/api/buttons/bell/press', 'press bell'],
    ['POST', '/api/doors/front/open', 'open front by the web page at 127.0.0.1'],
    ['POST', '/api/calls/current/answer', 'answer'],
    ['DELETE', '/api/calls/current', 'hang up'],
  ])('%s %s', async (method, path, asked) => {
    expect((await ask(server, method, path)).status).toBe(200);
    expect((await ask(server, method, path, {headers: json, body: '{}'})).status).toBe(200);
    expect(station.asked).toEqual([asked, asked]);
    expect((await ask(server, method, path, {headers: json, body: '{"x":1}'})).status).toBe(400);
    expect(station.asked).toHaveLength(2);
  });

  test('dialling', async () => {
    const {status, text} = await ask(server, 'POST', '/api/calls', {headers: json, body: '{"to": " 101 "}'});
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual(station.current);
    expect(station.asked).toEqual(['dial 101']);
  });

  test.each(['', '{}', '[]', 'null', '"101"', '{"to":1}', '{"to":""}', '{"to":"a","x":1}'])(
    'dialling is refused with the body %s, and says what is allowed',
    async (body) => {
      const {status, text} = await ask(server, 'POST', '/api/calls', {headers: json, body});
      expect(status).toBe(400);
      expect(JSON.parse(text).detail).toContain('{"to": "…"}');
      expect(station.asked).toEqual([]);
    },
  );

  test('unknown names say which there are', async () => {
    const {status, headers, text} = await ask(server, 'POST', '/api/buttons/b%C3%A4ll/press');
    expect(status).toBe(404);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(text)).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'There is no button "bäll". The buttons are: bell.',
    });
    expect((await ask(server, 'POST', '/api/doors/back/open')).status).toBe(404);
  });

  test.each([
    ['busy', 409],
    ['no-call', 409],
    ['bad-target', 400],
    ['failed', 500],
  ] as const)('a command that fails as "%s" answers %i', async (code, status) => {
    station.outcome = failure({code, text: 'Words of the station.'});
    const answer = await ask(server, 'POST', '/api/calls', {headers: json, body: '{"to":"101"}'});
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text).detail).toBe('Words of the station.');
  });
});

describe('what is refused', () => {
  test('unknown paths', async () => {
    for (const path of [
      '/api',
      '/api/',
      '/api/nothing',
      '/nothing',
      '//',
      '/../etc/passwd',
      '/api/calls/1/2/3',
    ]) {
      expect((await ask(server, 'GET', path)).status, path).toBe(404);
    }
  });

  test('wrong methods, with those that are allowed', async () => {
    const answer = await ask(server, 'DELETE', '/api/calls');
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD, POST');
    expect((await ask(server, 'PUT', '/api/status')).headers.allow).toBe('GET, HEAD');
    expect((await ask(server, 'GET', '/api/doors/front/open')).headers.allow).toBe('POST');
  });

  test('bodies that are not JSON, not said to be JSON, or too long', async () => {
    const dial = (body: string | Buffer, headers: Record<string, string>) =>
      ask(server, 'POST', '/api/calls', {headers, body}).then(({status}) => status);
    expect(await dial('{"to":"101"', json)).toBe(400);
    expect(await dial(Buffer.from([0x22, 0xff, 0x22]), json)).toBe(400);
    expect(await dial('{"to":"101"}', {'Content-Type': 'text/plain'})).toBe(415);
    expect(await dial('{"to":"101"}', {})).toBe(415);
    const long = JSON.stringify({to: 'x'.repeat(64 * 1024)});
    expect(await dial(long, json)).toBe(413);
    expect(await dial(long, {...json, 'Transfer-Encoding': 'chunked'})).toBe(413);
    expect(station.asked).toEqual([]);
  });
});

test('a fault of the program answers 500 without telling more', async () => {
  const faults: unknown[] = [];
  const broken = new FakeStation();
  broken.status = () => {
    throw new Error('secret words');
  };
  const other = await serve(broken, {faults});
  const {status, text} = await ask(other, 'GET', '/api/status');
  expect(status).toBe(500);
  expect(text).not.toContain('secret');
  expect(faults).toHaveLength(1);
  await other.close();
});

import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, describe, expect, onTestFinished, test} from 'vitest';
import {Access} from '../../firmware/access/access.ts';
import {systemRandom} from '../../firmware/base/random.ts';
import type {HttpServer} from '../../firmware/web/http-server.ts';
import {isNeighbour} from '../../firmware/web/neighbour.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {type Answer, ask, Listener, serve} from './client.ts';
import {FakeStation} from './fake-station.ts';

const json = {'Content-Type': 'application/json'};
const PASSWORD = 'open sesame';

let station: FakeStation;
let clock: FakeClock;
beforeEach(() => {
  station = new FakeStation();
  clock = new FakeClock();
});

async function open(address = '0.0.0.0'): Promise<HttpServer> {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-web-'));
  const access = new Access({file: join(folder, 'access.json'), clock, random: systemRandom});
  const server = await serve(station, {address, access, clock});
  onTestFinished(async () => {
    await server.close();
    rmSync(folder, {recursive: true});
  });
  return server;
}

const post = (server: HttpServer, path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(server, 'POST', path, {body: JSON.stringify(body), headers: {...json, ...headers}});

/** What a browser would send along from now on. */
function cookieOf({headers}: Answer): string {
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

/** A page of the station itself asks. */
function ownPage(cookie: string) {
  return {Cookie: cookie, Origin: 'http://127.0.0.1:1', Host: '127.0.0.1:1'};
}

async function signedIn(server: HttpServer): Promise<string> {
  const answer = await post(server, '/api/password', {password: PASSWORD});
  expect(answer.status).toBe(200);
  return cookieOf(answer);
}

describe('on a listener that others can reach', () => {
  test('changes wait for a password, which whoever is near sets first, and is signed in then', async () => {
    const server = await open();
    expect((await ask(server, 'POST', '/api/doors/front/open')).status).toBe(403);
    expect((await ask(server, 'GET', '/api/status')).status).toBe(200);
    expect(JSON.parse((await ask(server, 'GET', '/api/session')).text)).toEqual({
      passwordSet: false,
      signedIn: false,
      mayChange: false,
      setupRefused: null,
    });
    const answer = await post(server, '/api/password', {password: PASSWORD});
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      new RegExp(`^doorline-${server.port}=[\\w-]{43}; Path=/; Max-Age=\\d+; HttpOnly; SameSite=Strict$`),
    );
    const headers = ownPage(cookieOf(answer));
    expect((await ask(server, 'POST', '/api/doors/front/open', {headers})).status).toBe(200);
    expect(station.asked).toEqual(['open front by the web page at 127.0.0.1']);
  });

  test('an hour after the start it is too late for a first password', async () => {
    const server = await open();
    clock.advance(3_600_001);
    const answer = await post(server, '/api/password', {password: PASSWORD});
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('within an hour');
    expect(JSON.parse((await ask(server, 'GET', '/api/session')).text).setupRefused).toContain('Switch');
  });

  test('once a password is set, nothing but the page and the way in is to be had without it', async () => {
    const server = await open();
    await signedIn(server);
    for (const path of [
      '/api/status',
      '/api/journal',
      '/api/calls',
      '/api/live',
      '/api/tokens',
      '/metrics',
      '/%61pi/status',
      '/api',
    ]) {
      const {status, headers, text} = await ask(server, 'GET', path);
      expect([path, status]).toEqual([path, 401]);
      expect(headers['www-authenticate']).toContain('Bearer');
      expect(text).not.toContain('uptime');
    }
    for (const path of [
      '/api/doors/front/open',
      '/api/calls/current/answer',
      '/api/buttons/bell/targets',
      '/api/tokens',
      '/',
    ]) {
      expect((await ask(server, 'POST', path)).status).toBe(401);
    }
    expect((await ask(server, 'GET', '/')).status).toBe(503);
    expect((await ask(server, 'GET', '/api/session')).status).toBe(200);
    expect(station.asked).toEqual([]);
  });
});

test('on loopback nobody needs a password until one is set', async () => {
  const server = await open('127.0.0.1');
  expect((await ask(server, 'POST', '/api/doors/front/open')).status).toBe(200);
  await signedIn(server);
  expect((await ask(server, 'POST', '/api/doors/front/open')).status).toBe(401);
});

test('signing in and out', async () => {
  const server = await open();
  await signedIn(server);
  expect((await post(server, '/api/session', {password: 'wrong password'})).status).toBe(401);
  const cookie = cookieOf(await post(server, '/api/session', {password: PASSWORD}));
  expect((await ask(server, 'GET', '/api/status', {headers: {Cookie: `a=b; ${cookie}`}})).status).toBe(200);
  const out = await ask(server, 'DELETE', '/api/session', {headers: ownPage(cookie)});
  expect(out.headers['set-cookie']?.[0]).toContain('Max-Age=0');
  expect((await ask(server, 'GET', '/api/status', {headers: {Cookie: cookie}})).status).toBe(401);
});

test('a cookie alone changes nothing: whose page asks must be told, and be ours', async () => {
  const server = await open();
  const cookie = await signedIn(server);
  const press = (headers: Record<string, string>) =>
    ask(server, 'POST', '/api/buttons/bell/press', {
      headers: {Host: '127.0.0.1:1', Cookie: cookie, ...headers},
    });
  expect((await press({})).status).toBe(403);
  expect((await press({Origin: 'http://evil.example'})).status).toBe(403);
  expect((await press({Origin: 'null'})).status).toBe(403);
  expect((await press({'Sec-Fetch-Site': 'cross-site'})).status).toBe(403);
  expect((await press({Host: 'evil.example', Origin: 'http://evil.example'})).status).toBe(421);
  expect(station.asked).toEqual([]);
  expect((await press({Origin: 'http://127.0.0.1:1'})).status).toBe(200);
  expect((await press({'Sec-Fetch-Site': 'same-origin'})).status).toBe(200);
});

test('a page of somebody else can neither sign in nor set the password', async () => {
  const server = await open();
  const headers = {Origin: 'http://evil.example'};
  expect((await post(server, '/api/password', {password: PASSWORD}, headers)).status).toBe(403);
  expect((await post(server, '/api/session', {password: PASSWORD}, headers)).status).toBe(403);
  expect((await ask(server, 'POST', '/api/password', {body: 'password=open+sesame'})).status).toBe(415);
});

test('tokens are for programs, and are made and revoked in person', async () => {
  const server = await open();
  const cookie = await signedIn(server);
  const made = await post(server, '/api/tokens', {name: 'Home Assistant'}, ownPage(cookie));
  expect(made.status).toBe(200);
  const {id, token} = JSON.parse(made.text) as {id: string; token: string};
  const bearer = {Authorization: `Bearer ${token}`};
  expect((await ask(server, 'POST', '/api/doors/front/open', {headers: bearer})).status).toBe(200);
  expect((await ask(server, 'GET', '/api/tokens', {headers: bearer})).text).not.toContain(token);
  expect((await post(server, '/api/tokens', {name: 'another'}, bearer)).status).toBe(403);
  expect((await ask(server, 'DELETE', `/api/tokens/${id}`, {headers: bearer})).status).toBe(403);

  const stream = await Listener.open(server, '/api/journal/stream', bearer);
  expect((await ask(server, 'DELETE', `/api/tokens/${id}`, {headers: ownPage(cookie)})).text).toBe('[]');
  expect((await ask(server, 'GET', '/api/status', {headers: bearer})).status).toBe(401);
  clock.advance(5_100);
  await stream.ended();
});

test.each(['Bearer', 'Bearer ', 'bearer x', 'Basic YTpi', 'Bearer doorline_', `Bearer ${'x'.repeat(5_000)}`])(
  '"%s" opens nothing',
  async (authorization) => {
    const server = await open();
    await signedIn(server);
    const {status} = await ask(server, 'GET', '/api/status', {headers: {Authorization: authorization}});
    expect(status).toBe(401);
  },
);

test('cookies of any shape are read, and let nobody in', async () => {
  const server = await open();
  const cookie = await signedIn(server);
  const name = `doorline-${server.port}`;
  for (const bad of [
    '',
    '=',
    ';;;',
    name,
    `${name}=`,
    `${name}=x`,
    `x${cookie}`,
    `${name}=;${name}=`,
    'a=b;'.repeat(500),
  ]) {
    expect((await ask(server, 'GET', '/api/status', {headers: {Cookie: bad}})).status).toBe(401);
  }
});

test('the password is changed by who knows it', async () => {
  const server = await open();
  const cookie = await signedIn(server);
  const change = (current: string) =>
    post(server, '/api/password', {current, password: 'close sesame'}, ownPage(cookie));
  expect((await change('wrong password')).status).toBe(401);
  const changed = await change(PASSWORD);
  expect(changed.status).toBe(200);
  expect((await ask(server, 'GET', '/api/status', {headers: {Cookie: cookie}})).status).toBe(401);
  expect((await ask(server, 'GET', '/api/status', {headers: {Cookie: cookieOf(changed)}})).status).toBe(200);
});

test('who guesses is told how long to wait', async () => {
  const server = await open();
  await signedIn(server);
  for (let count = 0; count < 5; count += 1) await post(server, '/api/session', {password: 'a wrong guess'});
  const {status, headers} = await post(server, '/api/session', {password: PASSWORD});
  expect([status, headers['retry-after']]).toEqual([429, '1']);
});

test.each([
  {},
  {password: 1},
  {password: 'open sesame', more: 1},
  [],
  'open sesame',
  null,
  {password: 'x'.repeat(3_000)},
])('a body like %j is refused, and says what is wanted', async (body) => {
  const server = await open();
  const {status, text} = await post(server, '/api/password', body);
  expect(status).toBe(400);
  expect(JSON.parse(text).detail).toMatch(/must be \{"password": "…"\}/);
  expect(text).not.toContain('sesame');
});

test('whom a button calls', async () => {
  const server = await open('127.0.0.1');
  const set = (call: unknown) => post(server, '/api/buttons/bell/targets', {call});
  expect((await set(['192.168.1.20 ', '101'])).status).toBe(200);
  expect(station.asked).toEqual(['set bell to 192.168.1.20 101 by the web page at 127.0.0.1']);
  for (const bad of ['101', [1], [['101']], Array(65).fill('101')]) expect((await set(bad)).status).toBe(400);
  expect(station.asked).toHaveLength(1);
});

test('the same network is told from others by the networks of the interfaces', () => {
  const interfaces = {
    lo: [
      {cidr: '127.0.0.1/8', family: 'IPv4' as const},
      {cidr: '::1/128', family: 'IPv6' as const},
    ],
    eth0: [
      {cidr: '192.168.1.5/24', family: 'IPv4' as const},
      {cidr: '2001:db8::5/64', family: 'IPv6' as const},
      {cidr: 'fe80::5/64', family: 'IPv6' as const},
    ],
  };
  for (const near of [
    '192.168.1.77',
    '::ffff:192.168.1.77',
    '127.0.0.1',
    '2001:db8::77',
    'fe80::77%eth0',
    '::1',
  ]) {
    expect([near, isNeighbour(near, interfaces)]).toEqual([near, true]);
  }
  for (const far of ['192.168.2.77', '::ffff:203.0.113.1', '203.0.113.1', '2001:db8:1::77', '']) {
    expect([far, isNeighbour(far, interfaces)]).toEqual([far, false]);
  }
  expect(isNeighbour('192.168.1.77', {})).toBe(false);
});

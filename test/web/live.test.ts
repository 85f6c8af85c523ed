import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {nothingDropped} from '../../firmware/rtp/dropped-packets.ts';
import type {HttpServer} from '../../firmware/web/http-server.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {ask, Listener, serve} from './client.ts';
import {FakeStation} from './fake-station.ts';

let clock: FakeClock;
let station: FakeStation;
let server: HttpServer;
const open: Listener[] = [];

beforeEach(async () => {
  clock = new FakeClock();
  station = new FakeStation();
  server = await serve(station, {clock});
});
afterEach(() => {
  for (const listener of open.splice(0)) listener.close();
  return server.close();
});

async function listen(path = '/api/live', headers = {}): Promise<Listener> {
  const listener = await Listener.open(server, path, headers);
  open.push(listener);
  return listener;
}

/** The stream is past its beginning: what comes from now on is news. */
async function settled(listener: Listener): Promise<void> {
  await listener.next('journal');
  listener.events.length = 0;
}

test('a stream begins with how things stand', async () => {
  station.append('started');
  station.log({});
  const live = await listen();
  expect(await live.next('state')).toEqual(station.current);
  expect(await live.next('board')).toEqual({
    inputs: {'button-1': false, 'button-2': false},
    outputs: {'relay-1': false, 'relay-2': false},
  });
  expect(await live.next('light')).toBe('00'.repeat(48));
  expect(await live.next('ladder')).toEqual({call: 1});
  expect(await live.next('journal')).toEqual({latest: 1});
});

test('a relay whose load is under current at rest is shown so', async () => {
  const relay = station.board.outputs.get('relay-1')!;
  Object.assign(relay, {inverted: true});
  const live = await listen();
  expect(await live.next('board')).toMatchObject({outputs: {'relay-1': true, 'relay-2': false}});
  Object.assign(relay, {active: true});
  clock.advance(100);
  expect(await live.next('board')).toMatchObject({outputs: {'relay-1': false}});
});

test('changes are passed on', async () => {
  const live = await listen();
  await settled(live);
  station.change({state: 'calling'});
  station.shine(0, 0, 255);
  station.onMeters?.({microphone: -12.34, captured: -9, speaker: Number.NEGATIVE_INFINITY, echo: null});
  station.append('something');
  station.onLadder?.(7);
  station.board.inputs.get('button-2')!.active = true;
  clock.advance(100);
  expect(await live.next('state')).toMatchObject({state: 'calling'});
  expect(await live.next('light')).toBe('0000ff'.repeat(16));
  expect(await live.next('ladder')).toEqual({call: 7});
  expect(await live.next('journal')).toEqual({latest: 1});
  expect(await live.next('meters')).toEqual({microphone: -12.3, captured: -9, speaker: -100, echo: null});
  expect(await live.next('board')).toMatchObject({inputs: {'button-1': false, 'button-2': true}});
});

test('however often something changes, it comes at most 20 times a second', async () => {
  const live = await listen();
  await settled(live);
  for (let at = 0; at < 1000; at += 5) {
    station.shine(at % 256, 0, 0);
    station.onMeters?.({microphone: -at / 10, captured: -20, speaker: -20, echo: null});
    clock.advance(5);
  }
  station.append('end');
  clock.advance(50);
  await live.next('journal');
  expect(live.events.filter(({name}) => name === 'light')).toHaveLength(20);
  expect(live.events.filter(({name}) => name === 'meters')).toHaveLength(10);
});

test('the status comes every 5 s to show that the connection lives, in a call every second', async () => {
  const live = await listen();
  await settled(live);
  const count = async (milliseconds: number) => {
    clock.advance(milliseconds);
    station.append('end');
    clock.advance(50);
    await live.next('journal');
    return live.events.splice(0).filter(({name}) => name === 'state').length;
  };
  expect(await count(10_000)).toBe(2);
  const rtp = {
    sent: 1,
    received: 1,
    lost: 0,
    late: 0,
    dropped: nothingDropped,
    jitterMs: 0,
    delayMs: 0,
    xruns: 0,
    mos: null,
    remoteLost: null,
    remoteJitterMs: null,
    roundTripMs: null,
    remoteMos: null,
  };
  station.current.call = {
    id: 1,
    direction: 'outgoing',
    peer: '101',
    codec: 'PCMU',
    encryption: null,
    seconds: 3,
    rtp,
  };
  expect(await count(3_000)).toBe(3);
});

test('the journal stream says only how far the journal goes, whatever the reader had before', async () => {
  for (const text of ['one', 'two']) station.append(text);
  const stream = await listen('/api/journal/stream', {'Last-Event-ID': '1\u00ff; DROP'});
  expect(await stream.next('journal')).toEqual({latest: 2});
  station.change({state: 'talking'});
  station.append('three');
  clock.advance(50);
  const [event] = await vi.waitFor(() => {
    expect(stream.events).toHaveLength(1);
    return stream.events;
  });
  expect(event).toEqual({name: 'journal', data: {latest: 3}, id: '3'});
});

test('the station is followed only while somebody listens', async () => {
  expect(station.onLight).toBeUndefined();
  const first = await listen();
  const second = await listen('/api/journal/stream');
  expect(station.onLight).toBeDefined();
  expect(clock.pending).toBe(1);
  first.close();
  second.close();
  await vi.waitFor(() => expect(station.onLight).toBeUndefined());
  expect(station.onAppended).toBeUndefined();
  expect(clock.pending).toBe(0);
});

test('the seventeenth stream is refused, and there is room again when one has gone', async () => {
  const listeners = [];
  for (let count = 0; count < 16; count += 1) listeners.push(await listen());
  const {status, headers, text} = await ask(server, 'GET', '/api/live');
  expect(status).toBe(503);
  expect(headers['retry-after']).toBe('5');
  expect(JSON.parse(text).detail).toContain('16');
  listeners[0]!.close();
  await vi.waitFor(async () => open.push(await Listener.open(server, '/api/live')));
});

test('a reader that takes nothing is kept short, then dropped; others notice nothing', async () => {
  const live = await listen();
  await settled(live);
  const lazy = connect(server.port, '127.0.0.1');
  lazy.write('GET /api/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(lazy, 'readable');
  lazy.pause();
  const closed = once(lazy, 'close');
  lazy.on('error', () => undefined);
  // More than the sockets' buffers hold, then longer than the server's patience.
  station.current = {...station.current, name: 'x'.repeat(1_000_000)};
  for (let count = 0; count < 20; count += 1) {
    station.change({uptime: count});
    clock.advance(50);
    await live.next('state');
  }
  for (let count = 0; count < 20; count += 1) {
    clock.advance(1_000);
    await new Promise(setImmediate);
  }
  lazy.on('data', () => undefined).resume();
  await closed;
  station.append('still here');
  clock.advance(50);
  expect(await live.next('journal')).toEqual({latest: 1});
});

test('closing the server ends every stream', async () => {
  const live = await listen();
  await settled(live);
  const ended = live.ended();
  await server.close();
  await ended;
  expect(clock.pending).toBe(0);
});

test('the page’s files are served as they are, and nothing beside them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-page-'));
  writeFileSync(join(folder, 'index.html'), '<p>page</p>');
  writeFileSync(join(folder, 'main.js'), 'let a');
  writeFileSync(join(folder, 'secret.pem'), 'key');
  const other = await serve(station, {page: folder});
  const page = await ask(other, 'GET', '/');
  expect(page.text).toBe('<p>page</p>');
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  const script = await ask(other, 'GET', '/main.js?v=1');
  expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
  const tag = script.headers.etag ?? '';
  expect((await ask(other, 'GET', '/main.js', {headers: {'If-None-Match': tag}})).status).toBe(304);
  for (const path of ['/secret.pem', '/../web.ts', '/%2e%2e/x', '/main.js/']) {
    expect((await ask(other, 'GET', path)).status, path).toBe(404);
  }
  expect((await ask(other, 'DELETE', '/')).status).toBe(405);
  await other.close();
  rmSync(folder, {recursive: true});
});

test('without a built page it says how to build it', async () => {
  const {status, text} = await ask(server, 'GET', '/');
  expect(status).toBe(503);
  expect(text).toContain('node tools/build.ts page');
});

test('a port in use, or an address of another machine, is told with what to do', async () => {
  await expect(serve(station, {port: server.port})).rejects.toThrow(
    /port \d+ on 127\.0\.0\.1 is in use by another program\. Stop that program, or set another port/,
  );
  await expect(serve(station, {address: '192.0.2.1'})).rejects.toThrow(
    '192.0.2.1 is no address of this machine',
  );
});

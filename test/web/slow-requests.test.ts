import {once} from 'node:events';
import {connect} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import type {HttpServer} from '../../firmware/web/http-server.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {serve} from './client.ts';
import {FakeStation} from './fake-station.ts';

const clock = new FakeClock();
const faults: unknown[] = [];

async function start(address = '127.0.0.1'): Promise<HttpServer> {
  const server = await serve(new FakeStation(), {address, clock, faults});
  onTestFinished(() => server.close());
  return server;
}

/** A request whose body begins, and what has been answered so far. */
async function begin(server: HttpServer, path: string, framing: string, body: string) {
  const socket = connect(server.port, '127.0.0.1');
  const closed = once(socket, 'close');
  let answer = '';
  socket
    .on('error', () => undefined)
    .on('data', (chunk) => {
      answer += chunk;
    });
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${framing}\r\n\r\n${body}`,
  );
  const answered = (pattern: RegExp) => expect.poll(() => answer, {timeout: 10_000}).toMatch(pattern);
  return {socket, closed, answered};
}

test('a body longer than allowed is answered while it is still coming', async () => {
  const server = await start();
  const size = 70_000;
  const {socket, answered} = await begin(
    server,
    '/api/calls',
    'Transfer-Encoding: chunked',
    `${size.toString(16)}\r\n${' '.repeat(size)}\r\n`,
  );
  await answered(/^HTTP\/1\.1 413 /);
  socket.destroy();
});

test('who breaks off is no fault of the program', async () => {
  const server = await start();
  const {socket, closed} = await begin(server, '/api/calls', 'Content-Length: 100', '{"to":');
  // The server has it once it has answered another.
  expect((await fetch(`${server.url}/api/status`)).status).toBe(200);
  socket.destroy();
  await closed;
  expect((await fetch(`${server.url}/api/status`)).status).toBe(200);
  expect(faults).toEqual([]);
});

test.each([
  ['127.0.0.1', '/api/calls', 'waited for', /^$/],
  ['0.0.0.0', '/api/calls', 'refused at once', /^HTTP\/1\.1 403 /],
  ['0.0.0.0', '/api/update', 'refused at once', /^HTTP\/1\.1 403 /],
])(
  'on %s, %s: whose body comes slowly, though %s, holds no connection',
  async (address, path, _how, soon) => {
    const server = await start(address);
    const {socket, closed, answered} = await begin(server, path, 'Content-Length: 10000', '{');
    const trickle = setInterval(() => socket.write(' '), 100);
    onTestFinished(() => clearInterval(trickle));
    expect((await fetch(`http://127.0.0.1:${server.port}/api/status`)).status).toBe(200);
    await answered(soon);
    clock.advance(21_000);
    await closed;
  },
);

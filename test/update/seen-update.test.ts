import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {identify} from '../../firmware/update/seen-update.ts';

async function listen(answer: RequestListener): Promise<number> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('content is known by its entity tag or date, under its own URL', async () => {
  let headers: Record<string, string> = {ETag: '"1"'};
  const port = await listen(({method}, answer) =>
    answer.writeHead(method === 'HEAD' ? 200 : 500, headers).end(),
  );
  const url = `http://127.0.0.1:${port}/a.raucb`;
  const first = await identify(url);
  expect(await identify(url)).toBe(first);
  expect(await identify(`${url}?`)).not.toBe(first);
  headers = {'Last-Modified': 'Sun, 29 Nov 2026 12:00:00 GMT'};
  expect(await identify(url)).not.toBe(first);
  headers = {};
  await expect(identify(url)).rejects.toThrow('tells neither ETag nor Last-Modified');
});

test('user and password of the URL are sent as such, and stand in no error', async () => {
  const asked: (string | undefined)[] = [];
  let status = 200;
  const port = await listen(({headers}, answer) => {
    asked.push(headers.authorization);
    answer.writeHead(status, {ETag: '"1"'}).end();
  });
  const url = `http://me:s%40cret@127.0.0.1:${port}/a.raucb`;
  await identify(url);
  expect(asked).toEqual([`Basic ${Buffer.from('me:s@cret').toString('base64')}`]);
  status = 404;
  await expect(identify(url)).rejects.toThrow(new Error(`127.0.0.1:${port} answers 404`));
  await expect(identify('http://me:secret@127.0.0.1:1/a')).rejects.toThrow(
    /^127\.0\.0\.1:1 cannot be reached/,
  );
});

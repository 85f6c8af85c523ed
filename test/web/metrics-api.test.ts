import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {Access} from '../../firmware/access/access.ts';
import {systemClock} from '../../firmware/base/clock.ts';
import {systemRandom} from '../../firmware/base/random.ts';
import {ask, serve} from './client.ts';
import {FakeStation} from './fake-station.ts';

test('the figures are for who may read the API: a token once a password is set', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-metrics-'));
  const access = new Access({file: join(folder, 'access.json'), clock: systemClock, random: systemRandom});
  const server = await serve(new FakeStation(), {address: '0.0.0.0', access});
  onTestFinished(async () => {
    await server.close();
    rmSync(folder, {recursive: true});
  });
  const open = await ask(server, 'GET', '/metrics');
  expect([open.status, open.headers['content-type']]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  expect(open.text).toContain('doorline_state{state="idle"} 1\n');
  expect((await ask(server, 'GET', '/metrics', {headers: {Origin: 'http://evil.example'}})).status).toBe(403);

  await access.setFirstPassword('open sesame');
  expect((await ask(server, 'GET', '/metrics')).status).toBe(401);
  const made = access.makeToken('Prometheus');
  if (!made.ok) throw new Error(made.error.text);
  const headers = {Authorization: `Bearer ${made.value.token}`};
  expect((await ask(server, 'GET', '/metrics', {headers})).status).toBe(200);
});

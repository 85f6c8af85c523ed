import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';

const door = {name: 'front', output: 'relay-1', code: '4711'};

test('a backup of one station brings another to the same work: under a service manager it ends, to be started anew', async (context) => {
  const run = startRun(context);
  const old = await TestStation.start(run, {name: 'Old door', doors: [door]});
  const answer = await fetch(`${old.url}/api/backup`);
  const backup = await answer.text();
  expect(backup).not.toContain('4711');
  await old.stop();

  // Whoever would be told is not there: that is no trouble.
  const environment = {NOTIFY_SOCKET: '@doorline-test-nobody'};
  const fresh = await TestStation.start(run, {name: 'New door'}, {environment});
  const asked = await fresh.send('POST', '/api/backup', {backup});
  expect([asked.status, await asked.json()]).toMatchObject([400, {missing: ['door-front']}]);
  const restored = await fresh.send('POST', '/api/backup', {backup, secrets: {'door-front': '4711'}});
  expect([restored.status, await restored.json()]).toEqual([200, {restarts: true}]);
  expect(await fresh.process.waitForExit(10_000)).toBe(0);
  expect(readFileSync(fresh.configFile, 'utf8')).toBe(backup);

  const again = await TestStation.startWith(run, fresh.configFile);
  const status = await again.get<{name: string; doors: {name: string}[]}>('/api/status');
  expect([status.name, status.doors.map(({name}) => name)]).toEqual(['Old door', ['front']]);
  expect((await again.journal()).map(({kind}) => kind)).toContain('configuration-restored');
});

test('a station that starts goes on with what was being put back when the power failed', async (context) => {
  const run = startRun(context);
  const station = await TestStation.start(run, {name: 'Gate'}, {environment: {NOTIFY_SOCKET: ''}});
  await station.stop();
  const unfinished = join(dirname(station.configFile), 'unfinished.json');
  const text = readFileSync(station.configFile, 'utf8').replace('Gate', 'Yard');
  writeFileSync(unfinished, JSON.stringify({[basename(station.configFile)]: text}));
  const again = await TestStation.startWith(run, station.configFile);
  expect((await again.get<{name: string}>('/api/status')).name).toBe('Yard');
  expect(existsSync(unfinished)).toBe(false);
});

test('during a call it is refused; started by hand, the station goes on until it is started anew', async (context) => {
  const run = startRun(context);
  const station = await TestStation.start(run, {name: 'Gate'}, {environment: {NOTIFY_SOCKET: ''}});
  const backup = await (await fetch(`${station.url}/api/backup`)).text();
  const silent = createSocket('udp4').bind(0, '127.0.0.1');
  await once(silent, 'listening');
  run.atEnd(() => void silent.close());
  await station.dial(`sip:nobody@127.0.0.1:${silent.address().port}`);
  const refused = await station.send('POST', '/api/backup', {backup});
  expect([refused.status, ((await refused.json()) as {detail: string}).detail]).toEqual([
    409,
    'There is a call; hang up first.',
  ]);
  await station.hangUp();
  await station.waitForState('idle');
  const restored = await station.send('POST', '/api/backup', {backup});
  expect([restored.status, await restored.json()]).toEqual([200, {restarts: false}]);
  expect(await station.state()).toBe('idle');
  expect(await station.stop()).toBe(0);
});

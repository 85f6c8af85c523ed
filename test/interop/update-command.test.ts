import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {content, makeBundle, makeKey, requireRauc, startRauc} from '../support/peers/rauc.ts';
import {freePort} from '../support/ports.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';

const program = fileURLToPath(new URL('../../firmware/cli.ts', import.meta.url));

/** Begins `doorline update` for a station that runs. */
function beginUpdate(run: Run, station: TestStation, source: string) {
  return run.processes.start(process.execPath, [program, 'update', '--config', station.configFile, source]);
}

async function startStation(run: Run, environment: Record<string, string> = {}): Promise<TestStation> {
  return TestStation.start(run, {http: {listen: `127.0.0.1:${await freePort()}`}}, {environment});
}

test('where there is no RAUC it says so, and changes nothing', async (context) => {
  const run = startRun(context);
  const station = await startStation(run, {DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nonexistent'});
  const update = beginUpdate(run, station, 'http://127.0.0.1:1/a.raucb');
  expect(await update.waitForExit(20_000)).toBe(1);
  expect(update.output).toMatch(/^This machine has no slots for updates/);
});

test('with RAUC: what is wrong is said; during a call it waits; installed, the board is asked to start anew', async (context) => {
  const run = requireRauc(context);
  const ours = makeKey(run.folder, 'ours');
  const {environment} = await startRauc(run, ours.certificate);
  const asked = join(run.folder, 'asked');
  mkdirSync(asked);
  const station = await startStation(run, {...environment, RUNTIME_DIRECTORY: asked});
  const good = makeBundle(run.folder, 'good', ours);
  const cut = join(run.folder, 'cut.raucb');
  writeFileSync(cut, readFileSync(good).subarray(0, 100_000));
  const wrong: [string, RegExp][] = [
    [makeBundle(run.folder, 'foreign', makeKey(run.folder, 'theirs')), /Its signature is not one/],
    [makeBundle(run.folder, 'other', ours, {compatible: 'doorline-other'}), /another kind of board/],
    [cut, /It is damaged/],
    ['http://me:secret@127.0.0.1:1/a.raucb', /It cannot be fetched/],
  ];
  for (const [source, words] of wrong) {
    const update = beginUpdate(run, station, source);
    expect([source, await update.waitForExit(30_000)]).toEqual([source, 1]);
    expect(update.output).toMatch(/what runs is unchanged/);
    expect(update.output).toMatch(words);
  }

  const silent = createSocket('udp4').bind(0, '127.0.0.1');
  await once(silent, 'listening');
  run.atEnd(() => void silent.close());
  await station.dial(`sip:nobody@127.0.0.1:${silent.address().port}`);
  const update = beginUpdate(run, station, good);
  await update.waitForOutput(/^waiting for the end of the call$/m);
  const second = beginUpdate(run, station, good);
  expect(await second.waitForExit(20_000)).toBe(1);
  expect(second.output).toContain('There is an update under way already.');
  await station.hangUp();
  expect(await update.waitForExit(30_000)).toBe(0);
  expect(update.output).toMatch(/^installed: the board starts anew when nobody talks$/m);
  expect(readFileSync(join(run.folder, 'B')).subarray(0, content.length).equals(content)).toBe(true);
  await station.process.waitUntil(
    'it asked for the restart',
    () => existsSync(join(asked, 'reboot')),
    20_000,
  );

  const journal = await station.journal();
  const told = journal.filter(({kind}) => kind.startsWith('update-')).map(({kind}) => kind);
  const refused = ['update-started', 'update-refused'];
  expect(told).toEqual([...wrong.flatMap(() => refused), 'update-started', 'update-installed']);
  expect(JSON.stringify(journal) + station.process.output).not.toContain('secret');
  expect(existsSync(join(run.folder, 'Front-door/data/update.raucb'))).toBe(false);
});

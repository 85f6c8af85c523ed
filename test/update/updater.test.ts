import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, describe, expect, onTestFinished, test} from 'vitest';
import {failure, success} from '../../firmware/base/result.ts';
import type {JournalEvent} from '../../firmware/station/journal-event.ts';
import {beginTrial} from '../../firmware/update/trial.ts';
import {UpdateMemory} from '../../firmware/update/update-record.ts';
import type {UpdateStatus} from '../../firmware/update/update-status.ts';
import {Updater} from '../../firmware/update/updater.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {FakeInstaller, settle} from './fake-installer.ts';

let clock: FakeClock;
let installer: FakeInstaller;
let memory: UpdateMemory;
let told: JournalEvent[];
let idle: boolean;
let sound: boolean;
let busy: boolean;
let restarts: number;
/** Whether each update that was given is settled, once it is known. */
let settled: boolean[];

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-update-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  clock = new FakeClock();
  installer = new FakeInstaller();
  memory = new UpdateMemory(folder);
  told = [];
  idle = true;
  sound = true;
  busy = false;
  restarts = 0;
  settled = [];
});

const makeUpdater = (boot = 'boot 1', status?: UpdateStatus) =>
  new Updater({
    status,
    installer,
    memory,
    clock,
    boot,
    isIdle: () => idle,
    soundWorks: () => sound,
    restart: () => {
      restarts += 1;
      return true;
    },
    tell: (event) => told.push(event),
    onBusy: (is) => {
      busy = is;
    },
  });
const begin = (updater: Updater, source: string) =>
  updater.begin(source, `shown ${source}`, (is) => settled.push(is));
const kinds = () => told.map(({kind}) => kind);

test('an update is installed, told of, and the board starts anew once it has been quiet for a while', async () => {
  const updater = makeUpdater();
  expect(begin(updater, '/file').ok).toBe(true);
  await settle();
  expect([updater.status.state, busy]).toEqual(['installing', true]);
  installer.progress?.(42);
  expect(updater.status.percent).toBe(42);
  expect(begin(updater, '/other').ok).toBe(false);
  installer.finish?.(success(undefined));
  await settle();
  expect([updater.status.state, busy, settled]).toEqual(['installed', false, [true]]);
  expect(memory.record).toEqual({from: 'A', boot: 'boot 1', sound: true});
  clock.advance(9_000);
  idle = false;
  clock.advance(60_000);
  expect(restarts).toBe(0);
  idle = true;
  clock.advance(9_000);
  expect(restarts).toBe(0);
  clock.advance(3_000);
  expect(restarts).toBe(1);
  expect(clock.pending).toBe(0);
  expect(kinds()).toEqual(['update-started', 'update-installed']);
});

test('during a call nothing begins', async () => {
  const updater = makeUpdater();
  idle = false;
  begin(updater, '/file');
  clock.advance(3_600_000);
  await settle();
  expect([updater.status.state, installer.asked]).toEqual(['waiting', []]);
  idle = true;
  clock.advance(1_000);
  await settle();
  expect(installer.asked).toEqual(['/file']);
});

test('what is refused changes nothing, says why, and another may follow', async () => {
  const updater = makeUpdater();
  begin(updater, '/file');
  await settle();
  installer.finish?.(failure({reason: 'It is for another kind of board.', lasting: true}));
  await settle();
  expect(updater.status).toEqual({
    state: 'refused',
    percent: null,
    reason: 'It is for another kind of board.',
  });
  expect([memory.record, restarts, busy, settled]).toEqual([undefined, 0, false, [true]]);
  expect(told.at(-1)).toMatchObject({kind: 'update-refused', reason: 'It is for another kind of board.'});
  expect(begin(updater, '/other').ok).toBe(true);
});

test('it is noted before anything is installed: where that cannot be, nothing is', async () => {
  const updater = makeUpdater();
  begin(updater, '/file');
  await settle();
  expect(memory.record).toEqual({from: 'A', boot: 'boot 1', installing: 'shown /file', sound: true});
  installer.finish?.(failure({reason: 'The line broke.', lasting: false}));
  await settle();
  expect([memory.record, settled]).toEqual([undefined, [false]]);
  memory = new UpdateMemory('/proc/no-such-folder');
  const other = makeUpdater();
  begin(other, '/other');
  await settle();
  expect([other.status.state, installer.asked]).toEqual(['refused', ['/file']]);
});

test('while a slot is on trial the other, which is known to work, is not written over', () => {
  const updater = makeUpdater('boot 2', {state: 'trial', percent: null, reason: null});
  expect(begin(updater, '/file')).toMatchObject({ok: false, error: expect.stringContaining('last update')});
  updater.endTrial(['the page answers']);
  expect(updater.status.reason).toContain('the page answers');
  expect(begin(updater, '/file').ok).toBe(false);
  updater.endTrial([]);
  expect(begin(updater, '/file').ok).toBe(true);
});

test('a firmware that was started anew before the machine was knows that this is still to come', async () => {
  memory.keep({from: 'A', boot: 'boot 1'});
  expect(makeUpdater('boot 1').status.state).toBe('installed');
  clock.advance(11_000);
  expect(restarts).toBe(1);
  expect(makeUpdater('boot 2').status.state).toBe('idle');
});

describe('after the restart', () => {
  const trial = (boot = 'boot 2') =>
    beginTrial({
      installer,
      memory,
      boot,
      version: '1.2.3',
      restart: () => (restarts += 1),
      tell: (event) => told.push(event),
    });

  test('a new slot that passes its self-test is marked good, and only then', async () => {
    memory.keep({from: 'A', boot: 'boot 1'});
    installer.booted = 'B';
    const {judge, status} = await trial();
    expect(status?.state).toBe('trial');
    expect([installer.good, kinds()]).toEqual([[], []]);
    await judge([]);
    expect([installer.good, restarts]).toEqual([['B'], 0]);
    expect(told).toEqual([{kind: 'update-good', slot: 'B', version: '1.2.3'}]);
    expect(memory.record).toBeUndefined();
  });

  test('one that does not is told of, not marked, and the board starts anew; the old slot tells that it is back', async () => {
    memory.keep({from: 'A', boot: 'boot 1'});
    installer.booted = 'B';
    await (await trial()).judge(['the page answers']);
    expect([installer.good, restarts]).toEqual([[], 1]);
    expect(told).toEqual([{kind: 'self-test-failed', failed: ['the page answers'], trial: true}]);
    installer.booted = 'A';
    await (await trial('boot 3')).judge([]);
    expect(told.at(-1)).toEqual({kind: 'update-rolled-back', slot: 'A', version: '1.2.3'});
    expect([installer.good, memory.record]).toEqual([['A'], undefined]);
    await trial('boot 4');
    expect(told).toHaveLength(2);
  });

  test('a slot that is no update stays, though something does not work', async () => {
    await (await trial()).judge(['the sound card is open']);
    expect([installer.good, restarts]).toEqual([[], 0]);
    expect(told).toEqual([{kind: 'self-test-failed', failed: ['the sound card is open'], trial: false}]);
  });

  test('a power cut while it was installed is no rollback, and after it is a trial', async () => {
    const installing = {from: 'A', boot: 'boot 1', installing: 'a file'};
    memory.keep(installing);
    const {status} = await trial();
    expect(told).toEqual([
      {kind: 'update-refused', source: 'a file', reason: expect.stringContaining('switched off')},
    ]);
    expect([status?.state, memory.record]).toEqual(['refused', undefined]);
    memory.keep(installing);
    installer.booted = 'B';
    expect((await trial()).status?.state).toBe('trial');
  });

  test.each([
    [true, {sound: true}],
    [false, {sound: false}],
    [false, {}],
  ])(
    'the sound card is asked for (%j) where it worked when the update was installed: %j',
    async (asked, noted) => {
      memory.keep({from: 'A', boot: 'boot 1', ...noted});
      expect((await trial('boot 1')).soundWorked).toBe(false);
      installer.booted = 'B';
      expect((await trial()).soundWorked).toBe(asked);
    },
  );

  test('a restart of the firmware alone is no trial', async () => {
    memory.keep({from: 'A', boot: 'boot 2'});
    await (await trial('boot 2')).judge([]);
    expect([kinds(), memory.record]).toEqual([[], {from: 'A', boot: 'boot 2'}]);
  });
});

describe('the firmware is started anew while RAUC installs', () => {
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      await settle();
      clock.advance(1_000);
    }
    await settle();
  };
  const startAgain = async (boot = 'boot 1') => {
    const options = {installer, memory, boot, version: '1.2.3', restart: () => undefined};
    const {status} = await beginTrial({...options, tell: (event) => told.push(event)});
    return makeUpdater(boot, status);
  };

  beforeEach(() => {
    memory.keep({from: 'A', boot: 'boot 1', installing: 'a file', sound: true});
    installer.busy = true;
  });

  test('it waits for that, however long it takes, and the board starts anew into what was installed', async () => {
    const updater = await startAgain();
    await pass(1_800);
    expect([updater.status.state, busy, kinds()]).toEqual(['installing', true, []]);
    expect(begin(updater, '/other').ok).toBe(false);
    installer.busy = false;
    installer.next = 'B';
    await pass(5);
    expect([updater.status.state, busy, told]).toEqual([
      'installed',
      false,
      [{kind: 'update-installed', source: 'a file'}],
    ]);
    expect(memory.record).toEqual({from: 'A', boot: 'boot 1', sound: true});
    await pass(12);
    expect([restarts, clock.pending]).toEqual([1, 0]);
    installer.booted = 'B';
    expect((await startAgain('boot 2')).status.state).toBe('trial');
  });

  test('where nothing was installed in the end, that is told, and another may follow', async () => {
    const updater = await startAgain();
    await pass(600);
    installer.busy = false;
    await pass(30);
    expect(updater.status.state).toBe('installing');
    await pass(60);
    expect([updater.status.state, busy, clock.pending]).toEqual(['refused', false, 0]);
    expect(told).toEqual([
      {kind: 'update-refused', source: 'a file', reason: expect.stringContaining('started anew')},
    ]);
    expect((await startAgain()).status.state).toBe('idle');
    expect(begin(updater, '/other').ok).toBe(true);
    await settle();
    installer.finish?.(success(undefined));
    await settle();
    expect(memory.record).toEqual({from: 'A', boot: 'boot 1', sound: true});
  });

  test('what never comes to an end is given up after an hour', async () => {
    const updater = await startAgain();
    await pass(3_590);
    expect(updater.status.state).toBe('installing');
    await pass(20);
    expect([updater.status.state, kinds(), clock.pending]).toEqual(['refused', ['update-refused'], 0]);
  });

  test('a slot that appears later is on trial all the same, though another update was refused meanwhile', async () => {
    const updater = await startAgain();
    await pass(3_610);
    begin(updater, '/other');
    await settle();
    expect(updater.status.reason).toContain('RAUC is busy');
    installer.busy = false;
    begin(updater, '/other');
    await settle();
    installer.finish?.(failure({reason: 'RAUC is busy with another update.', lasting: false}));
    await settle();
    installer.booted = 'B';
    expect((await startAgain('boot 2')).status.state).toBe('trial');
  });

  test('where none does, that is not told twice', async () => {
    await startAgain();
    await pass(3_610);
    installer.busy = false;
    expect((await startAgain('boot 2')).status.state).toBe('idle');
    expect([kinds(), memory.record]).toEqual([['update-refused'], undefined]);
  });

  test('when the firmware stops nobody waits any more', async () => {
    const updater = await startAgain();
    updater.close();
    await settle();
    expect(clock.pending).toBe(0);
  });
});

test('what RAUC was given up with may be installed all the same: it is on trial then', async () => {
  const updater = makeUpdater();
  begin(updater, '/file');
  await settle();
  installer.finish?.(failure({reason: 'RAUC made no progress.', lasting: false, unfinished: true}));
  await settle();
  expect([updater.status.state, memory.record]).toEqual([
    'refused',
    {from: 'A', boot: 'boot 1', installing: 'shown /file', sound: true, givenUp: true},
  ]);
});

import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {JournalEvent} from '../../firmware/station/journal-event.ts';
import {openUpdates} from '../../firmware/update/open-updates.ts';
import {UpdateMemory} from '../../firmware/update/update-record.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {FakeInstaller, settle} from './fake-installer.ts';

function scene() {
  const data = mkdtempSync(join(tmpdir(), 'doorline-updates-'));
  onTestFinished(() => rmSync(data, {recursive: true}));
  const [clock, installer, told] = [new FakeClock(), new FakeInstaller(), [] as JournalEvent[]];
  const is = {idle: true, sound: true, restarts: 0, calls: [] as boolean[]};
  const open = () =>
    openUpdates({
      installer,
      config: {data, update: undefined},
      version: '1.2.3',
      boot: 'boot 2',
      clock,
      log: {warn: () => undefined, error: () => undefined},
      isIdle: () => is.idle,
      soundWorks: () => is.sound,
      markCall: (inCall) => is.calls.push(inCall),
      restart: () => {
        is.restarts += 1;
        return true;
      },
      tell: (event) => told.push(event),
      onBusy: () => undefined,
    });
  return {data, clock, installer, is, told, open, memory: new UpdateMemory(data)};
}

const pass = async (clock: FakeClock, milliseconds: number) => {
  for (let time = 0; time < milliseconds; time += 1_000) {
    await settle();
    clock.advance(1_000);
  }
  await settle();
};

test('an update that does not work goes, but not in the middle of a call', async () => {
  const {clock, installer, is, told, open, memory} = scene();
  memory.keep({from: 'A', boot: 'boot 1'});
  installer.booted = 'B';
  const updates = await open();
  expect(updates.updater.status.state).toBe('trial');
  updates.start([{name: 'the page answers', passes: () => false}]);
  is.idle = false;
  await pass(clock, 200_000);
  expect([told.map(({kind}) => kind), is.restarts]).toEqual([['self-test-failed'], 0]);
  expect(updates.updater.status).toMatchObject({state: 'trial', reason: 'Not working: the page answers.'});
  is.idle = true;
  await pass(clock, 12_000);
  expect([is.restarts, is.calls]).toEqual([1, [true, false]]);
  updates.close();
  expect(clock.pending).toBe(0);
});

test('until the slot has proved good, and no longer, a call is marked', async () => {
  const {clock, is, open} = scene();
  is.idle = false;
  const updates = await open();
  expect(is.calls).toEqual([true]);
  let works = false;
  updates.start([{name: 'SIP listens', passes: () => works}]);
  is.idle = true;
  await pass(clock, 2_000);
  is.idle = false;
  await pass(clock, 2_000);
  expect(is.calls).toEqual([true, false, true]);
  works = true;
  await pass(clock, 2_000);
  expect([is.calls, clock.pending]).toEqual([[true, false, true, false], 0]);
});

test('one that works is good, and another may follow; nothing is left of an upload that was cut off', async () => {
  const {data, clock, installer, open, memory} = scene();
  memory.keep({from: 'A', boot: 'boot 1'});
  installer.booted = 'B';
  writeFileSync(join(data, 'update.raucb'), 'half');
  const updates = await open();
  expect(existsSync(updates.upload)).toBe(false);
  updates.start([{name: 'SIP listens', passes: () => true}]);
  await settle();
  expect([installer.good, updates.updater.status.state]).toEqual([['B'], 'idle']);
  expect(updates.updater.begin('/file', 'a file', () => undefined).ok).toBe(true);
  updates.close();
  expect(clock.pending).toBe(0);
});

test('an update that does not open the sound card goes, if the card worked when it was installed', async () => {
  const {clock, installer, is, told, open, memory} = scene();
  memory.keep({from: 'A', boot: 'boot 1', sound: true});
  installer.booted = 'B';
  is.sound = false;
  const updates = await open();
  updates.start([{name: 'SIP listens', passes: () => true}]);
  await pass(clock, 110_000);
  expect(told).toEqual([{kind: 'self-test-failed', failed: ['the sound card is open'], trial: true}]);
  expect([installer.good, is.restarts]).toEqual([[], 1]);
  updates.close();
});

test.each([{}, {sound: false}])('a card that was missing before (%j) takes no update back', async (noted) => {
  const {installer, is, open, memory} = scene();
  memory.keep({from: 'A', boot: 'boot 1', ...noted});
  installer.booted = 'B';
  is.sound = false;
  const updates = await open();
  updates.start([{name: 'SIP listens', passes: () => true}]);
  await settle();
  expect(installer.good).toEqual(['B']);
  updates.close();
});

test('RAUC need not answer at the start where only the firmware was started anew', async () => {
  const {installer, open, memory, clock} = scene();
  memory.keep({from: 'A', boot: 'boot 2', installing: 'a file'});
  installer.busy = true;
  const updates = await open();
  expect(updates.updater.status.state).toBe('installing');
  updates.close();
  await settle();
  expect(clock.pending).toBe(0);
});

import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, describe, expect, onTestFinished, test} from 'vitest';
import {failure, type Result, success} from '../../firmware/base/result.ts';
import type {JournalEvent} from '../../firmware/station/journal-event.ts';
import type {Installer} from '../../firmware/update/installer.ts';
import {UpdateSchedule} from '../../firmware/update/schedule.ts';
import {type Check, SelfTest} from '../../firmware/update/self-test.ts';
import {beginTrial} from '../../firmware/update/trial.ts';
import {UpdateMemory} from '../../firmware/update/update-record.ts';
import {Updater} from '../../firmware/update/updater.ts';
import {FakeClock} from '../support/fake-clock.ts';

/** Two slots, of which a test chooses the one that runs. */
class FakeInstaller implements Installer {
  booted = 'A';
  good: string[] = [];
  asked: string[] = [];
  finish: ((outcome: Result<undefined, string>) => void) | undefined;
  progress: ((percent: number) => void) | undefined;

  async slots() {
    return {booted: this.booted, next: this.booted};
  }

  install(source: string, onProgress: (percent: number) => void): Promise<Result<undefined, string>> {
    this.asked.push(source);
    this.progress = onProgress;
    return new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  async markGood(): Promise<void> {
    this.good.push(this.booted);
  }
}

let clock: FakeClock;
let installer: FakeInstaller;
let memory: UpdateMemory;
let told: JournalEvent[];
let idle: boolean;
let busy: boolean;
let restarts: number;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-update-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  clock = new FakeClock();
  installer = new FakeInstaller();
  memory = new UpdateMemory(folder);
  told = [];
  idle = true;
  busy = false;
  restarts = 0;
});

const makeUpdater = (boot = 'boot 1') =>
  new Updater({
    installer,
    memory,
    clock,
    boot,
    isIdle: () => idle,
    restart: () => {
      restarts += 1;
      return true;
    },
    tell: (event) => told.push(event),
    onBusy: (is) => {
      busy = is;
    },
  });
const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};
const kinds = () => told.map(({kind}) => kind);

test('an update is installed, told of, and the board starts anew once it has been quiet for a while', async () => {
  const updater = makeUpdater();
  let done = 0;
  expect(updater.begin('/file', 'a file', () => (done += 1)).ok).toBe(true);
  await settle();
  expect([updater.status.state, busy]).toEqual(['installing', true]);
  installer.progress?.(42);
  expect(updater.status.percent).toBe(42);
  expect(updater.begin('/other', 'another').ok).toBe(false);
  installer.finish?.(success(undefined));
  await settle();
  expect([updater.status.state, busy, done]).toEqual(['installed', false, 1]);
  expect(memory.record).toEqual({from: 'A', boot: 'boot 1'});
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
  updater.begin('/file', 'a file');
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
  updater.begin('/file', 'a file');
  await settle();
  installer.finish?.(failure('It is for another kind of board.'));
  await settle();
  expect(updater.status).toEqual({
    state: 'refused',
    percent: null,
    reason: 'It is for another kind of board.',
  });
  expect([memory.record, restarts, busy]).toEqual([undefined, 0, false]);
  expect(told.at(-1)).toMatchObject({kind: 'update-refused', reason: 'It is for another kind of board.'});
  expect(updater.begin('/other', 'another').ok).toBe(true);
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
    const judge = await trial();
    expect([installer.good, kinds()]).toEqual([[], []]);
    await judge([]);
    expect([installer.good, restarts]).toEqual([['B'], 0]);
    expect(told).toEqual([{kind: 'update-good', slot: 'B', version: '1.2.3'}]);
    expect(memory.record).toBeUndefined();
  });

  test('one that does not is told of, not marked, and the board starts anew; the old slot tells that it is back', async () => {
    memory.keep({from: 'A', boot: 'boot 1'});
    installer.booted = 'B';
    await (await trial())(['the page answers']);
    expect([installer.good, restarts]).toEqual([[], 1]);
    expect(told).toEqual([{kind: 'self-test-failed', failed: ['the page answers'], trial: true}]);
    installer.booted = 'A';
    await (await trial('boot 3'))([]);
    expect(told.at(-1)).toEqual({kind: 'update-rolled-back', slot: 'A', version: '1.2.3'});
    expect([installer.good, memory.record]).toEqual([['A'], undefined]);
    await trial('boot 4');
    expect(told).toHaveLength(2);
  });

  test('a slot that is no update stays, though something does not work', async () => {
    await (await trial())(['the sound card is open']);
    expect([installer.good, restarts]).toEqual([[], 0]);
    expect(told).toEqual([{kind: 'self-test-failed', failed: ['the sound card is open'], trial: false}]);
  });

  test('a restart of the firmware alone is no trial', async () => {
    memory.keep({from: 'A', boot: 'boot 2'});
    await (await trial('boot 2'))([]);
    expect([kinds(), memory.record]).toEqual([[], {from: 'A', boot: 'boot 2'}]);
  });
});

describe('the self-test', () => {
  const run = (checks: readonly Check[]) => {
    const outcomes: (readonly string[])[] = [];
    new SelfTest(clock).run(checks, (failed) => outcomes.push(failed));
    return outcomes;
  };
  const pass = async (milliseconds: number) => {
    for (let time = 0; time < milliseconds; time += 1_000) {
      await settle();
      clock.advance(1_000);
    }
    await settle();
  };

  test('waits for each to work once', async () => {
    let works = false;
    const outcomes = run([
      {name: 'one', passes: () => true},
      {name: 'two', passes: () => Promise.resolve(works)},
    ]);
    await pass(20_000);
    expect(outcomes).toEqual([]);
    works = true;
    await pass(5_000);
    expect([outcomes, clock.pending]).toEqual([[[]], 0]);
  });

  test('names what has not worked in 90 s, by no or by a mishap', async () => {
    const outcomes = run([
      {name: 'good', passes: () => true},
      {name: 'bad', passes: () => false},
      {name: 'worse', passes: () => Promise.reject(new Error('x'))},
    ]);
    await pass(89_000);
    expect(outcomes).toEqual([]);
    await pass(4_000);
    expect([outcomes, clock.pending]).toEqual([[['bad', 'worse']], 0]);
  });
});

describe('the schedule', () => {
  const midnight = new Date(2026, 0, 1).getTime();

  test('looks once a day at its time, and takes what it has not taken', async () => {
    clock = new FakeClock(midnight);
    const seen = {last: undefined as string | undefined};
    const begun: string[] = [];
    let content = 'one';
    const schedule = new UpdateSchedule({
      url: 'http://example.org/x.raucb',
      at: 210,
      clock,
      identify: async () => content,
      memory: seen,
      begin: (url) => begun.push(url) > 0,
      warn: () => undefined,
    });
    const hours = async (count: number) => {
      clock.advance(count * 3_600_000);
      await settle();
    };
    await hours(3);
    expect(begun).toHaveLength(0);
    await hours(1);
    expect([begun.length, seen.last]).toEqual([1, 'one']);
    await hours(24);
    expect(begun).toHaveLength(1);
    content = 'two';
    await hours(24);
    expect([begun.length, seen.last]).toEqual([2, 'two']);
    schedule.close();
    expect(clock.pending).toBe(0);
  });

  test('a server that does not answer is told of, and asked again the next day', async () => {
    clock = new FakeClock(midnight);
    const warnings: string[] = [];
    new UpdateSchedule({
      url: 'http://example.org/x.raucb',
      at: 0,
      clock,
      identify: () => Promise.reject(new Error('example.org answers 404')),
      memory: {last: undefined},
      begin: () => true,
      warn: (text) => warnings.push(text),
    });
    for (let day = 0; day < 2; day += 1) {
      clock.advance(24 * 3_600_000);
      await settle();
    }
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('example.org answers 404');
  });
});

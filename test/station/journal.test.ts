import {readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {expect, test} from 'vitest';
import {Database} from '../../firmware/station/database.ts';
import {Journal} from '../../firmware/station/journal.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {FakeLog} from './fakes/log.ts';
import {temporaryFolder} from './fakes/temporary-folder.ts';

function open(file: string, clock = new FakeClock()) {
  const log = new FakeLog();
  const database = new Database({file, clock, log});
  const journal = new Journal({database, clock});
  const told: number[] = [];
  journal.onAppended = (seq) => told.push(seq);
  return {log, clock, database, journal, told};
}

const event = {kind: 'door-closed', door: 'front'} as const;

test('whatever others said stands in an entry on one line, without what would reach into a terminal', () => {
  const {journal, clock} = open(join(temporaryFolder(), 'doorline.db'));
  journal.append({
    kind: 'account-down',
    account: 'house',
    reason: `403 \u001b[2J\r\n\u202e${'no '.repeat(1000)}`,
  });
  clock.advance(100);
  const [entry] = journal.after(0, 1);
  expect(entry).toMatchObject({
    text: expect.stringMatching(/^Account "house" is not registered: 403 \[2J no no .*…$/),
    reason: expect.stringMatching(/^403 \[2J no no .*…$/),
  });
  expect(entry?.text.length).toBe(400);
});

test('entries are told after the commit, numbered, dated, in order', () => {
  const {journal, clock, told} = open(join(temporaryFolder(), 'data', 'doorline.db'));
  journal.append({kind: 'started', version: '1.2.3'});
  journal.append(event);
  expect(told).toEqual([]);
  clock.advance(100);
  expect(told).toEqual([1, 2]);
  expect(journal.latest).toBe(2);
  expect(journal.after(0, 100)).toEqual([
    {
      seq: 1,
      at: '2026-01-01T00:00:00.000Z',
      kind: 'started',
      text: 'The station has started, Doorline 1.2.3',
      version: '1.2.3',
    },
    {
      seq: 2,
      at: '2026-01-01T00:00:00.000Z',
      kind: 'door-closed',
      text: 'Door "front" is closed again',
      door: 'front',
    },
  ]);
  expect(journal.after(1, 100).map(({seq}) => seq)).toEqual([2]);
  expect(journal.after(0, 1)).toHaveLength(1);
  expect(journal.after(2, 100)).toEqual([]);
});

test('whoever reads sees what was appended before', () => {
  const {journal, told} = open(':memory:');
  journal.append(event);
  expect(journal.after(0, 10)).toHaveLength(1);
  expect(told).toEqual([1]);
});

test('numbers go on after a restart; every commit is synced in full', () => {
  const file = join(temporaryFolder(), 'doorline.db');
  const first = open(file);
  first.journal.append(event);
  first.database.close();
  const second = open(file);
  expect(second.journal.latest).toBe(1);
  second.journal.append(event);
  expect(second.journal.after(0, 10).map(({seq}) => seq)).toEqual([1, 2]);
  const [mode, synchronous] = second.database.read((database) => [
    database.statement('PRAGMA journal_mode').get(),
    database.statement('PRAGMA synchronous').get(),
  ])!;
  expect(mode).toEqual({journal_mode: 'wal'});
  expect(synchronous).toEqual({synchronous: 2});
});

test('only the newest entries are kept', () => {
  const file = join(temporaryFolder(), 'doorline.db');
  open(file).database.close();
  const direct = new DatabaseSync(file);
  direct.exec(`INSERT INTO journal VALUES (1, '{}'), (100000, '{}')`);
  direct.close();
  const {journal} = open(file);
  journal.append(event);
  expect(journal.after(0, 10).map(({seq}) => seq)).toEqual([100_000, 100_001]);
});

test('a damaged file is moved aside; numbers begin above any that were told', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'doorline.db');
  writeFileSync(file, 'this is no database'.repeat(1_000));
  const {journal, log} = open(file);
  const floor = Date.UTC(2026, 0, 1) / 1000;
  expect(journal.latest).toBe(floor);
  journal.append(event);
  expect(journal.after(0, 10)).toMatchObject([{seq: floor + 1}]);
  expect(log.lines).toEqual([expect.stringMatching(/damaged.*moved to .*doorline\.db\.damaged-/)]);
  expect(readdirSync(folder).filter((name) => name.startsWith('doorline.db.damaged-'))).toHaveLength(1);
});

test('a file that is damaged while it is used is replaced, and nothing that waits is lost', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'doorline.db');
  const first = open(file);
  for (let count = 0; count < 500; count += 1) first.journal.append({...event, door: 'x'.repeat(200)});
  first.database.close();
  // The header stays readable: only the pages of the tables are destroyed.
  writeFileSync(file, readFileSync(file).fill(0xa5, 4_096));
  const second = open(file);
  second.journal.append(event);
  second.clock.advance(100);
  expect(second.told).toHaveLength(1);
  expect(second.told[0]).toBeGreaterThan(500);
  expect(second.journal.after(0, 10).at(-1)).toMatchObject({seq: second.told[0], kind: 'door-closed'});
});

test('a file of a later version is kept, beside a new one', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'doorline.db');
  const later = new DatabaseSync(file);
  later.exec('PRAGMA user_version = 99');
  later.close();
  const {journal, log} = open(file);
  journal.append(event);
  expect(journal.after(0, 10)).toHaveLength(1);
  expect(log.lines).toHaveLength(1);
});

test('where no file can be written the station goes on; when it can, what waited is written', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'data'), 'a file where a folder should be');
  const {journal, clock, log, told} = open(join(folder, 'data', 'doorline.db'));
  journal.append(event);
  clock.advance(100);
  expect(told).toEqual([]);
  expect(journal.after(0, 10)).toEqual([]);
  expect(log.lines[0]).toMatch(/cannot be kept.*Is the disk full/);
  for (let count = 0; count < 5_000; count += 1) journal.append(event);
  rmSync(join(folder, 'data'));
  clock.advance(20_000);
  expect(told).toHaveLength(1_000);
  expect(journal.after(0, 10_000)).toHaveLength(1_000);
});

test('a second station in the same folder is told so, and changes nothing', () => {
  const file = join(temporaryFolder(), 'doorline.db');
  const first = open(file);
  first.database.open();
  const second = new Database({file, clock: new FakeClock(), log: new FakeLog()});
  expect(() => second.open()).toThrow(/in use by another station.*set another folder in data/);
  second.close();
  first.journal.append(event);
  first.database.close();
  second.close();
  expect(open(file).journal.latest).toBe(1);
});

test('a disk that stays broken is complained of once, and its recovery is told', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'data'), 'in the way');
  const {journal, clock, log} = open(join(folder, 'data', 'doorline.db'));
  journal.append(event);
  clock.advance(60_000);
  expect(log.lines).toHaveLength(1);
  rmSync(join(folder, 'data'));
  clock.advance(60_000);
  expect(log.lines).toHaveLength(2);
  expect(log.lines[1]).toMatch(/kept again/);
});

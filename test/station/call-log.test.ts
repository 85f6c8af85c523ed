import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {expect, test} from 'vitest';
import {CallLog} from '../../firmware/station/call-log.ts';
import type {CallRecord} from '../../firmware/station/call-record.ts';
import {NO_FIGURES} from '../../firmware/station/conversation.ts';
import {Database} from '../../firmware/station/database.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {FakeLog} from './fakes/log.ts';
import {temporaryFolder} from './fakes/temporary-folder.ts';

function open(file: string) {
  const database = new Database({file, clock: new FakeClock(), log: new FakeLog()});
  return {database, callLog: new CallLog({database})};
}

function record(id: number, result: CallRecord['result'] = 'answered'): CallRecord {
  return {
    id,
    at: '2026-01-01T00:00:00.000Z',
    direction: 'incoming',
    button: null,
    peer: 'sip:101@example.org',
    result,
    text: '',
    legs: [],
    ringSeconds: 0,
    talkSeconds: 1,
    pressToInviteMs: null,
    codec: 'PCMU',
    rtp: NO_FIGURES,
    keysHeard: 0,
  };
}

test('records are listed newest first, page by page, and changed in place', () => {
  const {callLog} = open(':memory:');
  for (let count = 0; count < 5; count += 1) callLog.save(record(callLog.nextId(), null));
  callLog.save(record(5));
  expect(callLog.list(2).map(({id}) => id)).toEqual([5, 4]);
  expect(callLog.list(10, 4).map(({id}) => id)).toEqual([3, 2, 1]);
  expect(callLog.get(5)).toEqual(record(5));
  expect(callLog.get(6)).toBeUndefined();
});

test('calls that a power cut ended are marked so; numbers go on', () => {
  const file = join(temporaryFolder(), 'doorline.db');
  const first = open(file);
  first.callLog.save(record(first.callLog.nextId()));
  first.callLog.save(record(first.callLog.nextId(), null));
  first.database.close();
  const second = open(file);
  expect(second.callLog.list(10).map(({id, result}) => [id, result])).toEqual([
    [2, 'interrupted'],
    [1, 'answered'],
  ]);
  expect(second.callLog.get(2)?.text).toMatch(/restarted/);
  expect(second.callLog.nextId()).toBe(3);
});

test('ladders are kept apart, for the newest calls only', () => {
  const file = join(temporaryFolder(), 'doorline.db');
  const {callLog, database} = open(file);
  const message = {
    at: '2026-01-01T00:00:00.000Z',
    direction: 'in' as const,
    from: 'a',
    to: 'b',
    message: 'ACK',
  };
  callLog.saveLadder(1, [message]);
  callLog.saveLadder(500, [message]);
  expect(callLog.ladder(1)).toEqual([message]);
  callLog.saveLadder(501, []);
  expect(callLog.ladder(1)).toBeUndefined();
  expect(callLog.ladder(501)).toEqual([]);
  callLog.save(record(1));
  callLog.save(record(5_001));
  expect(callLog.get(1)).toBeUndefined();
  database.close();
  const direct = new DatabaseSync(file);
  expect(direct.prepare('SELECT call FROM ladders').all()).toEqual([{call: 500}, {call: 501}]);
  direct.close();
});

test('ladders take no more room than they are given, the oldest go first', () => {
  const {callLog} = open(':memory:');
  const message = {at: '', direction: 'in' as const, from: 'a', to: 'b', message: 'x'.repeat(1_000_000)};
  for (let call = 1; call <= 40; call += 1) callLog.saveLadder(call, [message]);
  const kept = Array.from({length: 40}, (_, index) => index + 1).filter((call) => callLog.ladder(call));
  expect(kept).toEqual(Array.from({length: 16}, (_, index) => index + 25));
});

import {expect, test} from 'vitest';
import {makeStation} from './fakes/station.ts';

const account = {
  name: 'house',
  registered: true,
  reason: '',
  attempts: 1,
  lastAttempt: undefined,
  nextAttempt: undefined,
};

test('what waits at the server is in the status, and in the journal where somebody would want to know', () => {
  const {station, telephone, journal} = makeStation();
  let changes = 0;
  station.onChange = () => {
    changes += 1;
  };
  telephone.accounts = [{...account, messages: undefined}];
  expect(station.status().accounts[0]?.messages).toBeNull();
  const none = {waiting: false, new: 0, old: 3};
  const two = {waiting: true, new: 2, old: 3};
  const some = {waiting: true, new: null, old: null};
  telephone.onMailbox?.('house', none, undefined);
  telephone.onMailbox?.('house', two, none);
  telephone.onMailbox?.('house', some, two);
  telephone.onMailbox?.('house', none, some);
  telephone.accounts = [{...account, messages: two}];
  expect(station.status().accounts[0]?.messages).toEqual(two);
  expect(changes).toBe(4);
  const entries = journal.after(0, 100).filter(({kind}) => kind === 'mailbox');
  expect(entries[0]).toMatchObject({account: 'house', ...two});
  expect(entries.map(({text}) => text)).toEqual([
    'Messages wait at account "house": 2 new, 3 old',
    'Messages wait at account "house"',
    'No message waits at account "house" any more',
  ]);
});

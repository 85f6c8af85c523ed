import {expect, test} from 'vitest';
import {party} from './fakes/call.ts';
import {makeStation} from './fakes/station.ts';

const anna = party({displayName: 'Anna', verified: true});

function station() {
  const made = makeStation();
  const messages = () => made.journal.after(0, 1000).filter(({kind}) => kind === 'message-received');
  return {...made, messages, send: made.telephone.onMessage!};
}

test('a message of somebody who may call becomes an entry of the journal', () => {
  const {send, messages} = station();
  expect(send(anna, 'The parcel\r\nis \u202eat the door')).toBe(200);
  expect(messages()).toMatchObject([
    {
      peer: 'sip:101@example.org',
      peerName: 'Anna',
      message: 'The parcel is at the door',
      text: 'Anna (sip:101@example.org) writes: The parcel is at the door',
    },
  ]);
});

test('strangers write nothing; what is empty or no text is no entry', () => {
  const {send, messages} = station();
  expect(send(party({address: '198.51.100.9'}), 'hello')).toBe(403);
  expect(send(anna, undefined)).toBe(200);
  expect(send(anna, ' \u0000\n')).toBe(200);
  expect(messages()).toEqual([]);
});

test('a message is cut, and nobody writes more than ten a minute', () => {
  const {send, messages, clock} = station();
  expect(send(anna, 'x'.repeat(100_000))).toBe(200);
  expect(messages()[0]).toMatchObject({message: `${'x'.repeat(279)}…`});
  const answers = Array.from({length: 12}, (_, count) => send(anna, String(count)));
  expect(answers.filter((status) => status === 200)).toHaveLength(9);
  expect(answers.at(-1)).toBe(480);
  clock.advance(60_000);
  expect(send(anna, 'again')).toBe(200);
});

import {beforeEach, expect, test} from 'vitest';
import {createResponse} from '../../../firmware/sip/message/create.ts';
import {InviteClientTransaction} from '../../../firmware/sip/transaction/invite-client.ts';
import {InviteServerTransaction} from '../../../firmware/sip/transaction/invite-server.ts';
import {NonInviteClientTransaction} from '../../../firmware/sip/transaction/non-invite-client.ts';
import {NonInviteServerTransaction} from '../../../firmware/sip/transaction/non-invite-server.ts';
import {defaultTimers} from '../../../firmware/sip/transaction/timers.ts';
import type {Surroundings} from '../../../firmware/sip/transaction/transaction.ts';
import {FakeClock} from '../../support/fake-clock.ts';
import {incoming, Listener} from './scene.ts';

/** Where the transport repeats what is lost, a transaction repeats nothing and lingers for nothing (RFC 3261 table 4). */
let clock: FakeClock;
let listener: Listener;
let surroundings: Surroundings;
/** First lines of what was sent. */
let sent: string[];
let ended: number;

beforeEach(() => {
  clock = new FakeClock();
  listener = new Listener(clock);
  sent = [];
  ended = 0;
  surroundings = {
    clock,
    timers: defaultTimers,
    reliable: true,
    send: (bytes) => sent.push(Buffer.from(bytes).toString().split(' sip:')[0]!.split('\r\n')[0]!),
    onTerminated: () => ended++,
  };
});

test('INVITE client: no timer A, timer D is 0', () => {
  const request = incoming('INVITE');
  const transaction = new InviteClientTransaction(request, listener, surroundings, () => {});
  clock.advance(31_000);
  expect(sent).toEqual(['INVITE']);
  transaction.receive(createResponse(request, 486));
  clock.advance(0);
  expect(sent).toEqual(['INVITE', 'ACK']);
  expect([ended, clock.pending]).toEqual([1, 0]);
});

test('INVITE client: timer B is as ever', () => {
  new InviteClientTransaction(incoming('INVITE'), listener, surroundings, () => {});
  clock.advance(32_000);
  expect(listener.failures).toEqual(['timeout at 32000']);
  expect([ended, clock.pending]).toEqual([1, 0]);
});

test('non-INVITE client: no timer E, timer K is 0', () => {
  const request = incoming('OPTIONS');
  const transaction = new NonInviteClientTransaction(request, listener, surroundings);
  clock.advance(31_000);
  transaction.receive(createResponse(request, 200));
  clock.advance(0);
  expect(sent).toEqual(['OPTIONS']);
  expect([ended, clock.pending]).toEqual([1, 0]);
});

test('INVITE server: no timer G, timer I is 0', () => {
  const request = incoming('INVITE');
  const transaction = new InviteServerTransaction(request, surroundings, () => true);
  transaction.respond(createResponse(request, 486));
  clock.advance(31_000);
  expect(sent).toEqual(['SIP/2.0 486 Busy Here']);
  expect(transaction.acknowledge()).toBe(false);
  clock.advance(0);
  expect([ended, clock.pending]).toEqual([1, 0]);
});

test('non-INVITE server: timer J is 0', () => {
  const request = incoming('OPTIONS');
  const transaction = new NonInviteServerTransaction(surroundings);
  transaction.respond(createResponse(request, 200));
  clock.advance(0);
  expect(sent).toEqual(['SIP/2.0 200 OK']);
  expect([ended, clock.pending]).toEqual([1, 0]);
});

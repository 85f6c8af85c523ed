import {expect, test} from 'vitest';
import {createRequest, createResponse} from '../../../firmware/sip/message/create.ts';
import type {SipRequest} from '../../../firmware/sip/message/message.ts';
import {InviteServerTransaction} from '../../../firmware/sip/transaction/invite-server.ts';
import {NonInviteServerTransaction} from '../../../firmware/sip/transaction/non-invite-server.ts';
import {type PooledServer, ServerPool} from '../../../firmware/sip/transaction/server-pool.ts';
import {defaultTimers} from '../../../firmware/sip/transaction/timers.ts';
import {FakeClock} from '../../support/fake-clock.ts';

/** The bound of answered transactions. */
const limit = 1024;

function pool() {
  const servers = new ServerPool();
  const clock = new FakeClock();
  const add = (key: string, method: string, size = 500) => {
    const request: SipRequest = createRequest({
      method,
      requestUri: 'sip:door@192.0.2.20',
      via: `SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK${key}`,
      from: '<sip:a@192.0.2.1>;tag=1',
      to: '<sip:door@192.0.2.20>',
      callId: key,
      cseq: 1,
    });
    const surroundings = {
      clock,
      timers: defaultTimers,
      reliable: false,
      send: () => servers.onResponded(pooled),
      onTerminated: () => servers.remove(pooled),
    };
    const server =
      method === 'INVITE'
        ? new InviteServerTransaction(request, surroundings, () => true)
        : new NonInviteServerTransaction(surroundings);
    const pooled: PooledServer = servers.add(key, server, request, '192.0.2.1', size);
    return {pooled, request};
  };
  const answer = (key: string, method: string, status: number, size?: number) => {
    const {pooled, request} = add(key, method, size);
    pooled.server.respond(createResponse(request, status, undefined, '2'));
  };
  return {servers, clock, add, answer};
}

test('of more answered requests than the bound the oldest are forgotten', () => {
  const {servers, clock, answer} = pool();
  for (let count = 0; count < limit + 10; count++) answer(`o${count}`, 'OPTIONS', 200);
  expect(servers.size).toBe(limit);
  expect(servers.get('o9')).toBeUndefined();
  expect(servers.get('o10')).toBeDefined();
  clock.advance(64 * defaultTimers.T1);
  expect([servers.size, clock.pending]).toEqual([0, 0]);
});

test('answered requests are bounded in bytes, too', () => {
  const {servers, answer} = pool();
  for (let count = 0; count < 100; count++) answer(`o${count}`, 'OPTIONS', 200, 60_000);
  expect(servers.size).toBe(Math.floor((4 << 20) / 60_000));
});

test('refused strangers do not push out calls that were accepted', () => {
  const {servers, answer} = pool();
  for (let count = 0; count < 20; count++) answer(`call${count}`, 'INVITE', 200);
  for (let count = 0; count < 2 * limit; count++) answer(`o${count}`, 'INVITE', 403);
  expect(servers.size).toBe(limit);
  for (let count = 0; count < 20; count++) expect(servers.get(`call${count}`)?.state).toBe('accepted');
});

test('accepted calls leave room for other requests, whose answers would have to be repeated as well', () => {
  const {servers, answer} = pool();
  for (let count = 0; count < limit; count++) answer(`call${count}`, 'INVITE', 200);
  answer('bye', 'BYE', 200);
  expect(servers.get('bye')?.state).toBe('completed');
  expect(servers.size).toBe(limit);
  expect(servers.get('call0')).toBeUndefined();
});

test('one address may not have all the room for requests that wait for an answer', () => {
  const {servers, add} = pool();
  const waiting = Array.from({length: 64}, (_, count) => add(`i${count}`, 'INVITE'));
  expect(servers.hasRoomFor('192.0.2.1')).toBe(false);
  expect(servers.hasRoomFor('192.0.2.2')).toBe(true);
  waiting[0]?.pooled.server.terminate();
  expect(servers.hasRoomFor('192.0.2.1')).toBe(true);
});

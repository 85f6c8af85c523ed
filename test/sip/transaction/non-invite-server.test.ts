import {beforeEach, expect, test} from 'vitest';
import {createResponse} from '../../../firmware/sip/message/create.ts';
import type {ServerTransaction} from '../../../firmware/sip/transaction/transaction.ts';
import {incoming, Scene} from './scene.ts';

/** Non-INVITE server transactions: RFC 3261 section 17.2.2. */
let scene: Scene;
let transaction: ServerTransaction;
let told: number;

beforeEach(() => {
  scene = new Scene();
  told = 0;
  scene.layer.onRequest = (server) => {
    told++;
    if (server) transaction = server;
  };
  scene.send(incoming('OPTIONS'));
});

function respond(status: number): void {
  transaction.respond(createResponse(transaction.request, status, undefined, 'alice'));
  scene.clock.advance(0);
}

test('as long as there is no response, a request that comes again is absorbed', () => {
  scene.send(incoming('OPTIONS'));
  scene.clock.advance(1000);
  expect(scene.kinds).toEqual([]);
  expect(transaction.state).toBe('trying');
  expect(told).toBe(1);
});

test('a request that comes again gets the last response; timer J: for 32 s after the final one', () => {
  respond(100);
  scene.send(incoming('OPTIONS'));
  expect(transaction.state).toBe('proceeding');
  respond(200);
  expect(transaction.state).toBe('completed');
  scene.clock.advance(31_999);
  scene.send(incoming('OPTIONS'));
  expect(scene.kinds).toEqual([100, 100, 200, 200]);
  scene.clock.advance(1);
  expect(scene.layer.size).toBe(0);
  expect(scene.clock.pending).toBe(0);
  scene.send(incoming('OPTIONS'));
  expect(told).toBe(2);
});

test('only one final response is sent, and none is repeated unasked', () => {
  respond(200);
  respond(486);
  respond(100);
  scene.clock.advance(31_000);
  expect(scene.kinds).toEqual([200]);
});

test('another method with the same branch is another transaction', () => {
  scene.send(incoming('INFO'));
  expect(told).toBe(2);
  expect(scene.layer.size).toBe(2);
});

import {beforeEach, expect, test} from 'vitest';
import type {ClientTransaction} from '../../../firmware/sip/transaction/transaction.ts';
import {Listener, outgoing, peer, Scene} from './scene.ts';

/** Non-INVITE client transactions: RFC 3261 section 17.1.2. */
let scene: Scene;
let listener: Listener;
let transaction: ClientTransaction;

beforeEach(() => {
  scene = new Scene();
  listener = new Listener(scene.clock);
  transaction = scene.layer.request(outgoing('OPTIONS'), peer, listener);
  scene.clock.advance(0);
});

test('timer E: 500 ms, doubling up to 4 s; timer F: gives up after 32 s', () => {
  scene.clock.advance(40_000);
  expect(scene.times('OPTIONS')).toEqual([
    0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
  ]);
  expect(listener.failures).toEqual(['timeout at 32000']);
  expect(scene.layer.size).toBe(0);
  expect(scene.clock.pending).toBe(0);
});

test('after a provisional response timer E is 4 s, and timer F goes on', () => {
  scene.clock.advance(600);
  scene.answer('OPTIONS', 100);
  expect(transaction.state).toBe('proceeding');
  scene.clock.advance(40_000);
  expect(scene.times('OPTIONS')).toEqual([0, 500, 1500, 5500, 9500, 13_500, 17_500, 21_500, 25_500, 29_500]);
  expect(listener.statuses).toEqual([100]);
  expect(listener.failures).toEqual(['timeout at 32000']);
});

test('the final response is told once; what comes again is absorbed during timer K, 5 s', () => {
  scene.answer('OPTIONS', 200);
  expect(transaction.state).toBe('completed');
  scene.answer('OPTIONS', 200);
  scene.clock.advance(4999);
  expect(scene.layer.size).toBe(1);
  scene.answer('OPTIONS', 200);
  scene.clock.advance(1);
  expect(scene.layer.size).toBe(0);
  scene.answer('OPTIONS', 200);
  expect(listener.statuses).toEqual([200]);
  expect(scene.times('OPTIONS')).toEqual([0]);
  expect(scene.times('ACK')).toEqual([]);
  expect(scene.clock.pending).toBe(0);
});

test('cancelling does nothing', () => {
  scene.answer('OPTIONS', 100);
  transaction.cancel();
  scene.clock.advance(1000);
  expect(scene.times('CANCEL')).toEqual([]);
});

test('a response to another method, another branch or with a second Via is not its response', () => {
  const request = scene.request('OPTIONS');
  const own = `Via: ${request.headers.get('Via')}\r\n`;
  const rest = 'From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: x\r\n';
  const start = 'SIP/2.0 200 OK\r\n';
  scene.sendText(`${start}${own}${rest}CSeq: 17 INFO\r\n\r\n`);
  scene.sendText(`${start}${own.replace('z9hG4bK', 'z9hG4bK0')}${rest}CSeq: 17 OPTIONS\r\n\r\n`);
  scene.sendText(`${start}${own}Via: SIP/2.0/UDP other\r\n${rest}CSeq: 17 OPTIONS\r\n\r\n`);
  expect(listener.statuses).toEqual([]);
  scene.sendText(`${start}${own}${rest}CSeq: 17 OPTIONS\r\n\r\n`);
  expect(listener.statuses).toEqual([200]);
});

test('a send that fails ends the transaction', () => {
  scene.network.unreachable.add(peer.address);
  scene.clock.advance(500);
  expect(listener.failures).toEqual(['transport at 500']);
  expect(scene.layer.size).toBe(0);
  expect(scene.clock.pending).toBe(0);
});

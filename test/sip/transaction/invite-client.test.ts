import {beforeEach, describe, expect, test} from 'vitest';
import type {ClientTransaction} from '../../../firmware/sip/transaction/transaction.ts';
import {Listener, outgoing, peer, Scene} from './scene.ts';

/** INVITE client transactions: RFC 3261 section 17.1.1, RFC 6026 section 7.2, CANCEL: section 9.1. */
let scene: Scene;
let listener: Listener;
let transaction: ClientTransaction;

beforeEach(() => {
  scene = new Scene();
  listener = new Listener(scene.clock);
  transaction = scene.layer.request(outgoing('INVITE', [['Route', '<sip:proxy;lr>']]), peer, listener);
  scene.clock.advance(0);
});

test('the Via has a branch of RFC 3261, our address, and asks for rport', () => {
  const {via} = scene.request('INVITE');
  expect(via).toMatchObject({transport: 'UDP', host: '192.0.2.1', port: 5060, rport: true});
  expect(via.branch).toMatch(/^z9hG4bK[0-9a-f]{20}$/);
});

test('timer A: 500 ms, doubling each time; timer B: gives up after 32 s', () => {
  scene.clock.advance(31_999);
  expect(scene.times('INVITE')).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500]);
  expect(listener.failures).toEqual([]);
  scene.clock.advance(100_000);
  expect(listener.failures).toEqual(['timeout at 32000']);
  expect(scene.times('INVITE')).toHaveLength(7);
  expect(transaction.state).toBe('terminated');
  expect(scene.layer.size).toBe(0);
  expect(scene.clock.pending).toBe(0);
});

test('a provisional response ends repetition, and then a person may take as long as it takes', () => {
  scene.clock.advance(700);
  scene.answer('INVITE', 180);
  expect(transaction.state).toBe('proceeding');
  scene.clock.advance(600_000);
  expect(scene.times('INVITE')).toEqual([0, 500]);
  scene.answer('INVITE', 180);
  expect(listener.statuses).toEqual([180, 180]);
  expect(listener.failures).toEqual([]);
});

describe.each([300, 404, 486, 503, 603])('a final response %i', (status) => {
  test('is acknowledged by the transaction, with what RFC 3261 section 17.1.1.3 asks for', () => {
    scene.answer('INVITE', status, 'their-tag');
    expect(listener.statuses).toEqual([status]);
    const [invite, ack] = [scene.request('INVITE'), scene.request('ACK')];
    expect(ack.requestUri).toBe(invite.requestUri);
    expect(ack.headers.all('Via')).toEqual(invite.headers.all('Via'));
    expect(ack.headers.get('From')).toBe(invite.headers.get('From'));
    expect(ack.to.tag).toBe('their-tag');
    expect(ack.callId).toBe(invite.callId);
    expect(ack.cseq).toEqual({number: 17, method: 'ACK'});
    expect(ack.headers.all('Route')).toEqual(['<sip:proxy;lr>']);
  });

  test('is acknowledged each time it comes within timer D, 32 s, and told once', () => {
    scene.clock.advance(1000);
    scene.answer('INVITE', status);
    for (let second = 1; second < 32; second++) {
      scene.clock.advance(1000);
      scene.answer('INVITE', status);
    }
    expect(scene.times('ACK')).toHaveLength(32);
    expect(listener.statuses).toEqual([status]);
    expect(transaction.state).toBe('completed');
    scene.clock.advance(1000);
    expect(transaction.state).toBe('terminated');
    scene.answer('INVITE', status);
    expect(scene.times('ACK')).toHaveLength(32);
    expect(scene.layer.size).toBe(0);
    expect(scene.clock.pending).toBe(0);
  });
});

test('every 2xx within timer M, 32 s, is told: those of a fork, and repetitions; a late one is not', () => {
  scene.answer('INVITE', 200, 'first');
  expect(transaction.state).toBe('accepted');
  scene.answer('INVITE', 200, 'first');
  scene.answer('INVITE', 200, 'second');
  scene.answer('INVITE', 486, 'third');
  expect(listener.statuses).toEqual([200, 200, 200]);
  expect(listener.responses.map(({to}) => to.tag)).toEqual(['first', 'first', 'second']);
  scene.clock.advance(31_999);
  expect(scene.layer.size).toBe(1);
  scene.clock.advance(1);
  expect(scene.layer.size).toBe(0);
  scene.answer('INVITE', 200, 'first');
  scene.answer('INVITE', 180, 'first');
  expect(listener.statuses).toEqual([200, 200, 200]);
  expect(scene.times('ACK')).toEqual([]);
  expect(scene.clock.pending).toBe(0);
});

test('the ACK to a 2xx has a branch of its own and is the same when it is sent again', () => {
  scene.answer('INVITE', 200);
  const ack = outgoing('ACK');
  scene.layer.sendAck(ack, peer);
  scene.layer.sendAck(ack, peer);
  scene.clock.advance(0);
  const [first, second] = scene.network.sent.filter(({text}) => text.startsWith('ACK'));
  expect(first?.text).toBe(second?.text);
  const {branch} = scene.request('ACK').via;
  expect(branch).toMatch(/^z9hG4bK/);
  expect(branch).not.toBe(scene.request('INVITE').via.branch);
});

describe('CANCEL', () => {
  test('waits for the first provisional response', () => {
    transaction.cancel('SIP;cause=200;text="Call completed elsewhere"');
    scene.clock.advance(600);
    expect(scene.kinds).toEqual(['INVITE', 'INVITE']);
    scene.answer('INVITE', 100);
    expect(scene.kinds).toEqual(['INVITE', 'INVITE', 'CANCEL']);
  });

  test('is what RFC 3261 section 9.1 asks for', () => {
    scene.answer('INVITE', 180);
    transaction.cancel('SIP;cause=200;text="Call completed elsewhere"');
    scene.clock.advance(0);
    const [invite, cancel] = [scene.request('INVITE'), scene.request('CANCEL')];
    expect(cancel.requestUri).toBe(invite.requestUri);
    expect(cancel.headers.all('Via')).toEqual(invite.headers.all('Via'));
    for (const name of ['From', 'To', 'Call-ID', 'Route']) {
      expect(cancel.headers.all(name)).toEqual(invite.headers.all(name));
    }
    expect(cancel.cseq).toEqual({number: 17, method: 'CANCEL'});
    expect(cancel.headers.get('Reason')).toBe('SIP;cause=200;text="Call completed elsewhere"');
  });

  test('is sent once, and repeated as a transaction of its own until it is answered', () => {
    scene.answer('INVITE', 180);
    transaction.cancel();
    transaction.cancel();
    scene.clock.advance(1000);
    expect(scene.times('CANCEL')).toEqual([0, 500]);
    scene.answer('CANCEL', 200);
    scene.clock.advance(2000);
    expect(scene.times('CANCEL')).toEqual([0, 500]);
    expect(listener.statuses).toEqual([180]);
    scene.answer('INVITE', 487);
    expect(listener.statuses).toEqual([180, 487]);
    expect(scene.times('ACK')).toHaveLength(1);
    scene.clock.advance(32_000);
    expect(scene.layer.size).toBe(0);
    expect(scene.clock.pending).toBe(0);
    expect(listener.failures).toEqual([]);
  });

  test('frees the transaction after 64*T1 when nothing final comes', () => {
    scene.answer('INVITE', 180);
    scene.clock.advance(10_000);
    transaction.cancel();
    scene.clock.advance(5);
    scene.answer('CANCEL', 200);
    scene.clock.advance(31_994);
    expect(listener.failures).toEqual([]);
    scene.clock.advance(1);
    expect(listener.failures).toEqual(['timeout at 42000']);
    expect(scene.layer.size).toBe(0);
    expect(scene.clock.pending).toBe(0);
  });

  test('crossed by a 200: the user is told, and answers for it', () => {
    scene.answer('INVITE', 180);
    transaction.cancel();
    scene.answer('INVITE', 200);
    expect(listener.statuses).toEqual([180, 200]);
    scene.answer('CANCEL', 481);
    scene.clock.advance(32_000);
    expect(listener.failures).toEqual([]);
    expect(scene.layer.size).toBe(0);
  });

  test.each([200, 486])('that waits is never sent when the first response is a %i', (status) => {
    transaction.cancel();
    scene.answer('INVITE', status);
    scene.clock.advance(1000);
    expect(scene.times('CANCEL')).toEqual([]);
    expect(listener.statuses).toEqual([status]);
  });

  test('does nothing after a final response', () => {
    scene.answer('INVITE', 486);
    transaction.cancel();
    scene.clock.advance(1000);
    expect(scene.times('CANCEL')).toEqual([]);
  });

  test('that waits does not keep an INVITE alive that nobody answers', () => {
    transaction.cancel();
    scene.clock.advance(32_000);
    expect(listener.failures).toEqual(['timeout at 32000']);
    expect(scene.clock.pending).toBe(0);
  });
});

test('a peer that cannot be reached is told later, once, and nothing is left', () => {
  scene.network.unreachable.add('192.0.2.9');
  const second = new Listener(scene.clock);
  scene.layer.request(outgoing('INVITE'), {...peer, address: '192.0.2.9'}, second);
  expect(second.failures).toEqual([]);
  scene.clock.advance(0);
  expect(second.failures).toEqual(['transport at 0']);
  expect(second.texts).toEqual(['no route to 192.0.2.9']);
  expect(scene.layer.size).toBe(1);
});

test('a send that fails on the way ends the transaction', () => {
  scene.network.unreachable.add(peer.address);
  scene.clock.advance(500);
  expect(listener.failures).toEqual(['transport at 500']);
  expect(scene.layer.size).toBe(0);
  expect(scene.clock.pending).toBe(0);
});

test('closing the layer leaves nothing running and tells nobody', () => {
  scene.answer('INVITE', 180);
  transaction.cancel();
  scene.layer.close();
  expect(scene.layer.size).toBe(0);
  scene.clock.advance(100_000);
  expect(scene.clock.pending).toBe(0);
  expect(listener.failures).toEqual([]);
});

import {beforeEach, expect, test} from 'vitest';
import {createResponse} from '../../../firmware/sip/message/create.ts';
import type {SipRequest} from '../../../firmware/sip/message/message.ts';
import {parseMessage} from '../../../firmware/sip/message/parse.ts';
import {writeMessage} from '../../../firmware/sip/message/write.ts';
import {TransactionLayer} from '../../../firmware/sip/transaction/transaction-layer.ts';
import {type Destination, noHold, type Transport} from '../../../firmware/sip/transport/transport.ts';
import {FakeClock} from '../../support/fake-clock.ts';
import {seededBytes} from '../../support/fake-network.ts';
import {Listener, outgoing, peer} from './scene.ts';

let clock: FakeClock;
let listener: Listener;
let layer: TransactionLayer;
/** What was sent, each with what tells its sender that it failed. */
let sent: {request: SipRequest; destination: Destination; fail(): void}[];
/** When whom no answer came from. */
let unanswered: string[];

beforeEach(() => {
  clock = new FakeClock();
  listener = new Listener(clock);
  sent = [];
  unanswered = [];
  const transport: Transport = {
    send(bytes, destination, onError) {
      const parsed = parseMessage(bytes);
      if (!parsed.ok || parsed.value.kind !== 'request') throw new Error('no request');
      sent.push({request: parsed.value, destination, fail: () => onError?.('refused')});
    },
    localAddress: () => ({address: '192.0.2.1', port: 5060}),
    prepare: (_destination, ready) => ready(),
    hold: () => noHold,
    unanswered: ({transport: name, address}, since) => unanswered.push(`${name} ${address} ${since}`),
  };
  layer = new TransactionLayer({transport, clock, random: seededBytes(1)});
});

function large(method = 'INVITE'): SipRequest {
  const request = outgoing(method, [['Subject', 'x'.repeat(1200)]]);
  expect(writeMessage(request).length).toBeGreaterThan(1300);
  return request;
}

const ways = () => sent.map(({request, destination}) => [destination.transport, request.via.transport]);

test('up to 1300 bytes UDP is good enough', () => {
  layer.request(outgoing('INVITE'), peer, listener);
  expect(ways()).toEqual([['UDP', 'UDP']]);
});

test('a larger request goes over TCP, and is not repeated', () => {
  layer.request(large(), peer, listener);
  clock.advance(31_000);
  expect(ways()).toEqual([['TCP', 'TCP']]);
  layer.receive(writeMessage(createResponse(sent[0]!.request, 486)), peer, peer, 'TCP');
  expect(listener.statuses).toEqual([486]);
  expect(ways()[1]).toEqual(['TCP', 'TCP']); // the ACK
});

test('where TCP is refused it goes over UDP after all, with a branch of its own', () => {
  const transaction = layer.request(large(), peer, listener);
  sent[0]!.fail();
  expect(ways()).toEqual([
    ['TCP', 'TCP'],
    ['UDP', 'UDP'],
  ]);
  expect(sent[1]!.request.via.branch).not.toBe(sent[0]!.request.via.branch);
  expect(transaction.request.via.transport).toBe('UDP');
  clock.advance(500);
  expect(sent).toHaveLength(3);
  expect(listener.failures).toEqual([]);
});

test('that TCP is refused is remembered for ten minutes, for that server', () => {
  layer.request(large(), peer, listener);
  sent[0]!.fail();
  layer.request(large(), peer, listener);
  layer.request(large(), {...peer, port: 5070}, listener);
  expect(ways().map(([transport]) => transport)).toEqual(['TCP', 'UDP', 'UDP', 'TCP']);
  layer.close();
  clock.advance(600_000);
  layer.request(large(), peer, listener);
  expect(ways().at(-1)).toEqual(['TCP', 'TCP']);
});

test('where UDP fails too, that is the end', () => {
  layer.request(large('OPTIONS'), peer, listener);
  sent[0]!.fail();
  sent[1]!.fail();
  expect(listener.texts).toEqual(['refused']);
  expect([layer.size, clock.pending]).toEqual([0, 0]);
});

test('who has cancelled meanwhile does not try again', () => {
  layer.request(large(), peer, listener).cancel();
  sent[0]!.fail();
  expect(sent).toHaveLength(1);
  expect(listener.failures).toEqual(['transport at 0']);
});

test('a connection that broke after an answer is no reason to try again', () => {
  layer.request(large('OPTIONS'), peer, listener);
  layer.receive(writeMessage(createResponse(sent[0]!.request, 100)), peer, peer, 'TCP');
  sent[0]!.fail();
  expect(sent).toHaveLength(1);
  expect(listener.failures).toEqual(['transport at 0']);
});

test('the transport hears of a connection on which no answer came', () => {
  clock.advance(1000);
  layer.request(outgoing('OPTIONS'), {...peer, transport: 'TCP'}, listener);
  layer.request(outgoing('OPTIONS'), peer, listener);
  clock.advance(32_000);
  expect(listener.failures).toHaveLength(2);
  expect(unanswered).toEqual(['TCP 192.0.2.2 1000']);
});

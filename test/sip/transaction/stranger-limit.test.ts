import {expect, test} from 'vitest';
import {createResponse} from '../../../firmware/sip/message/create.ts';
import {writeMessage} from '../../../firmware/sip/message/write.ts';
import {StrangerLimit} from '../../../firmware/sip/transaction/stranger-limit.ts';
import {TransactionLayer} from '../../../firmware/sip/transaction/transaction-layer.ts';
import {FakeClock} from '../../support/fake-clock.ts';
import {FakeNetwork, seededBytes} from '../../support/fake-network.ts';
import {incoming} from './scene.ts';

const local = {address: '192.0.2.1', port: 5060};
const remote = {address: '192.0.2.2', port: 5060};

/** How many of `count` requests at the same time are let in. */
function admitted(limit: StrangerLimit, count: number, address: string, now: number): number {
  return Array.from({length: count}, () => limit.allows(address, now)).filter(Boolean).length;
}

test('an address has a burst, then so many a second, and never more than the burst', () => {
  const limit = new StrangerLimit();
  expect(admitted(limit, 1000, '192.0.2.2', 0)).toBe(60);
  expect(admitted(limit, 1000, '192.0.2.2', 1000)).toBe(20);
  expect(admitted(limit, 1000, '192.0.2.2', 1_000_000)).toBe(60);
});

test('one address does not use up what another has', () => {
  const limit = new StrangerLimit();
  admitted(limit, 1000, '192.0.2.2', 0);
  expect(admitted(limit, 1000, '192.0.2.3', 0)).toBe(60);
});

test('all addresses together are limited, and few are remembered', () => {
  const limit = new StrangerLimit();
  let count = 0;
  for (let index = 0; index < 10_000; index++) {
    count += admitted(limit, 1, `198.51.${index >> 8}.${index & 255}`, 0);
  }
  expect(count).toBe(240);
  expect(limit.size).toBe(512);
});

/** A limited layer that answers each request with 200 at once, and the datagrams that it has sent. */
function openLimited() {
  const clock = new FakeClock();
  const network = new FakeNetwork(clock);
  const transport = network.open(local.address);
  const strangers = new StrangerLimit();
  const layer = new TransactionLayer({transport, clock, random: seededBytes(1), strangers});
  layer.onRequest = (transaction, request) =>
    transaction?.respond(createResponse(request, 200, undefined, 'here'));
  const flood = (count: number, method = 'OPTIONS') => {
    for (let index = 0; index < count; index++) {
      const request = incoming(method, {branch: `z9hG4bKflood${index}`});
      layer.receive(writeMessage(request), remote, local);
    }
  };
  return {layer, network, flood, clock};
}

test('beyond the limit a stranger gets no answer and leaves nothing behind', () => {
  const {layer, network, flood, clock} = openLimited();
  flood(1000);
  expect(network.sent).toHaveLength(60);
  expect(layer.size).toBe(60);
  expect(layer.dropped).toBe(940);
  clock.advance(32_000);
  expect(layer.size).toBe(0);
});

test('broken requests count as well, and what is no SIP gets no answer at all', () => {
  const {layer, network} = openLimited();
  const broken = Buffer.from(writeMessage(incoming('OPTIONS')))
    .toString()
    .replace('SIP/2.0', 'SIP/7.0');
  for (let count = 0; count < 1000; count++) {
    layer.receive(Buffer.from(broken), remote, local);
    layer.receive(Buffer.from('\x01\x02 nothing that anybody could read'), remote, local);
  }
  expect(network.sent).toHaveLength(60);
});

test('who belongs to us is never limited, nor is a repetition, nor the CANCEL of a call', () => {
  const {layer, network, flood} = openLimited();
  layer.onRequest = () => {};
  layer.receive(writeMessage(incoming('INVITE', {branch: 'z9hG4bKcall'})), remote, local);
  layer.onRequest = (transaction, request) =>
    transaction?.respond(createResponse(request, 200, undefined, 'here'));
  flood(1000);
  const before = network.sent.length;
  layer.receive(writeMessage(incoming('OPTIONS', {branch: 'z9hG4bKflood0'})), remote, local);
  layer.receive(writeMessage(incoming('CANCEL', {branch: 'z9hG4bKcall'})), remote, local);
  expect(network.sent.length).toBe(before + 2);
  layer.isOurs = () => true;
  flood(100, 'INFO');
  expect(network.sent.length).toBe(before + 102);
});

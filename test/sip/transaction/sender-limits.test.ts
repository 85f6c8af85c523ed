import {expect, test} from 'vitest';
import {createResponse} from '../../../firmware/sip/message/create.ts';
import {writeMessage} from '../../../firmware/sip/message/write.ts';
import {SenderLimits} from '../../../firmware/sip/transaction/sender-limits.ts';
import {TransactionLayer} from '../../../firmware/sip/transaction/transaction-layer.ts';
import {FakeClock} from '../../support/fake-clock.ts';
import {FakeNetwork, seededBytes} from '../../support/fake-network.ts';
import {incoming, outgoing} from './scene.ts';

const local = {address: '192.0.2.1', port: 5060};
const remote = {address: '192.0.2.2', port: 5060};

/** How many of `count` datagrams at the same time are read. */
function admitted(senders: SenderLimits, count: number, address: string): number {
  return Array.from({length: count}, () => senders.admits(address)).filter(Boolean).length;
}

/** A limited layer that answers each request with `status` at once, and the datagrams that it has sent. */
function openLimited(status = 200) {
  const clock = new FakeClock();
  const network = new FakeNetwork(clock);
  const transport = network.open(local.address);
  const senders = new SenderLimits(clock);
  const layer = new TransactionLayer({transport, clock, random: seededBytes(1), senders});
  const receive = (bytes: Uint8Array) => layer.receive(bytes, remote, local);
  layer.onRequest = (transaction, request) =>
    transaction?.respond(createResponse(request, status, undefined, 'here'));
  const flood = (count: number, method = 'OPTIONS') => {
    for (let index = 0; index < count; index++) {
      receive(writeMessage(incoming(method, {branch: `z9hG4bKflood${index}`})));
    }
  };
  return {layer, network, flood, clock, senders, receive};
}

/** Uses up what all strangers together may send. */
function floodFromEverywhere(senders: SenderLimits): void {
  for (let index = 0; index < 5000; index++) senders.admits(`198.51.${index >> 8}.${index & 255}`);
}

test('strangers are read up to a limit for each and for all of them', () => {
  const senders = new SenderLimits(new FakeClock());
  expect(admitted(senders, 5000, '192.0.2.2')).toBe(120);
  expect(admitted(senders, 5000, '192.0.2.3')).toBe(120);
  floodFromEverywhere(senders);
  expect(admitted(senders, 5000, '192.0.2.4')).toBe(0);
});

test('a flood from everywhere does not shut a peer out; nor may it send without end', () => {
  const clock = new FakeClock();
  const senders = new SenderLimits(clock);
  senders.notePeer('192.0.2.2');
  for (let second = 0; second < 10; second++) {
    floodFromEverywhere(senders);
    expect(admitted(senders, 100, '192.0.2.2')).toBe(100);
    expect(senders.mayAsk('192.0.2.2')).toBe(true);
    clock.advance(1000);
  }
  expect(admitted(senders, 5000, '192.0.2.2')).toBe(1000);
});

test('few peers are remembered: the one that was noted longest ago makes room', () => {
  const senders = new SenderLimits(new FakeClock());
  for (let index = 0; index < 200; index++) {
    senders.notePeer(`192.0.2.${index}`);
    senders.notePeer('203.0.113.1');
  }
  expect(senders.peers).toBe(128);
  floodFromEverywhere(senders);
  expect(senders.admits('203.0.113.1')).toBe(true);
  expect(senders.admits('192.0.2.199')).toBe(true);
  expect(senders.admits('192.0.2.0')).toBe(false);
});

test('a peer is known however its address was written, its neighbours are not', () => {
  const senders = new SenderLimits(new FakeClock());
  senders.notePeer('2001:DB8:0:0::0001');
  senders.notePeer('FE80:0::1%eth0');
  senders.notePeer('not an address');
  for (let host = 1; host <= 0x1000; host++) senders.admits(`2001:db8:0:${host.toString(16)}::9`);
  expect(senders.admits('2001:db8::1')).toBe(true);
  expect(senders.admits('fe80::1%eth0')).toBe(true);
  expect(senders.admits('2001:db8::2')).toBe(false);
});

test('whom we send a request to is a peer', () => {
  const {layer, senders} = openLimited();
  layer.request(outgoing('REGISTER'), {transport: 'UDP', ...remote}, {onResponse() {}, onFailure() {}});
  layer.sendAck(outgoing('ACK'), {transport: 'UDP', address: '192.0.2.3', port: 5060});
  floodFromEverywhere(senders);
  expect(senders.admits(remote.address)).toBe(true);
  expect(senders.admits('192.0.2.3')).toBe(true);
});

test.each([
  ['rings', 180, true],
  ['answers', 200, true],
  ['refuses', 403, false],
])('whose call the station %s: %i makes the caller a peer: %s', (_what, status, peer) => {
  const {senders, receive} = openLimited(status);
  receive(writeMessage(incoming('INVITE')));
  floodFromEverywhere(senders);
  expect(senders.admits(remote.address)).toBe(peer);
});

test('a stranger who is answered 100 or 200 outside of a call stays one', () => {
  const {senders, layer, receive, clock} = openLimited();
  receive(writeMessage(incoming('OPTIONS')));
  layer.onRequest = () => {};
  receive(writeMessage(incoming('INVITE', {branch: 'z9hG4bKnobody'})));
  clock.advance(300);
  floodFromEverywhere(senders);
  expect(senders.admits(remote.address)).toBe(false);
});

test('beyond the limit a stranger gets no answer and leaves nothing behind', () => {
  const {layer, network, flood, clock} = openLimited();
  flood(1000);
  expect(network.sent).toHaveLength(60);
  expect(layer.size).toBe(60);
  expect(layer.dropped).toBe(940);
  clock.advance(32_000);
  expect(layer.size).toBe(0);
});

test('a stranger who acknowledges nothing hears a refusal again as the RFC has it, many together hardly', () => {
  const {network, flood, clock} = openLimited(403);
  flood(1, 'INVITE');
  clock.advance(32_000);
  // Timer G in 32 s: after 0.5, 1 and 2 s, then every 4 s.
  expect(network.sent).toHaveLength(1 + 10);
  clock.advance(20_000);
  flood(60, 'INVITE');
  clock.advance(32_000);
  expect(network.sent.length).toBeLessThanOrEqual(11 + 60 + 20 + 32);
});

test('a peer who acknowledges nothing hears each refusal again', () => {
  const {network, flood, clock, senders} = openLimited(486);
  senders.notePeer(remote.address);
  flood(20, 'INVITE');
  clock.advance(32_000);
  expect(network.sent).toHaveLength(20 * 11);
});

test('broken requests count as well, and what is no SIP gets no answer at all', () => {
  const {network, receive} = openLimited();
  const broken = Buffer.from(writeMessage(incoming('OPTIONS')))
    .toString()
    .replace('SIP/2.0', 'SIP/7.0');
  for (let count = 0; count < 1000; count++) {
    receive(Buffer.from(broken));
    receive(Buffer.from('\x01\x02 nothing that anybody could read'));
  }
  expect(network.sent).toHaveLength(60);
});

test('who belongs to us is answered always, and so is a repetition, or the CANCEL of a call', () => {
  const {layer, network, flood, receive} = openLimited();
  const {onRequest} = layer;
  layer.onRequest = () => {};
  receive(writeMessage(incoming('INVITE', {branch: 'z9hG4bKcall'})));
  layer.onRequest = onRequest;
  flood(1000);
  const before = network.sent.length;
  receive(writeMessage(incoming('OPTIONS', {branch: 'z9hG4bKflood0'})));
  receive(writeMessage(incoming('CANCEL', {branch: 'z9hG4bKcall'})));
  expect(network.sent.length).toBe(before + 2);
  layer.isOurs = () => true;
  flood(100, 'INFO');
  expect(network.sent.length).toBe(before + 102);
});

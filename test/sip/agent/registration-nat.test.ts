import {expect, test} from 'vitest';
import {success} from '../../../firmware/base/result.ts';
import {Registration} from '../../../firmware/sip/agent/registration.ts';
import {ServerHealth} from '../../../firmware/sip/agent/server-health.ts';
import {createResponse} from '../../../firmware/sip/message/create.ts';
import type {SipRequest} from '../../../firmware/sip/message/message.ts';
import {parseMessage} from '../../../firmware/sip/message/parse.ts';
import {writeMessage} from '../../../firmware/sip/message/write.ts';
import {TransactionLayer} from '../../../firmware/sip/transaction/transaction-layer.ts';
import {noteSource} from '../../../firmware/sip/transaction/via.ts';
import {NatTransport} from '../../../firmware/sip/transport/nat-transport.ts';
import type {SocketAddress} from '../../../firmware/sip/transport/transport.ts';
import {FakeClock} from '../../support/fake-clock.ts';
import {FakeNetwork, seededBytes} from '../../support/fake-network.ts';

const own: SocketAddress = {address: '192.168.1.5', port: 5060};
const server: SocketAddress = {address: '198.51.100.9', port: 5060};

/** A registration behind a NAT: the registrar sees each REGISTER come from `seen`. */
function scene(seen: (request: number) => SocketAddress) {
  const clock = new FakeClock();
  const network = new FakeNetwork(clock);
  const transport = network.open(own.address, own.port);
  const nat = new NatTransport(transport);
  const transactions = new TransactionLayer({transport, clock, random: seededBytes(1)});
  transport.onMessage = (bytes, remote, local) => transactions.receive(bytes, remote, local);
  const requests: {at: number; request: SipRequest}[] = [];
  const keepAlives: number[] = [];
  const registrar = network.open(server.address, server.port);
  registrar.onMessage = (bytes, remote) => {
    if (Buffer.from(bytes).toString() === '\r\n\r\n') {
      keepAlives.push(clock.now());
      return;
    }
    const parsed = parseMessage(bytes);
    if (!parsed.ok || parsed.value.kind !== 'request') throw new Error('no request');
    const request = parsed.value;
    requests.push({at: clock.now(), request});
    noteSource(request, seen(requests.length));
    const response = createResponse(request, 200, undefined, 'server');
    response.headers.append('Expires', request.headers.get('Expires') ?? '0');
    registrar.send(writeMessage(response), {transport: 'UDP', ...remote});
  };
  const registration = new Registration({
    account: {
      name: 'house',
      uri: 'sip:door@example.org',
      user: 'door',
      password: '',
      registrars: ['sip:198.51.100.9'],
      expires: 300,
    },
    transactions,
    transport: nat,
    clock,
    random: seededBytes(2),
    userAgentName: 'Doorline/test',
    health: new ServerHealth(clock),
    locate: (found) => found(success([{transport: 'UDP', ...server}])),
  });
  registration.start();
  clock.advance(10);
  const contacts = () => requests.map(({request}) => request.headers.list('Contact'));
  return {clock, nat, registration, requests, contacts, keepAlives};
}

const outside = (port: number) => ({address: '203.0.113.7', port});
const contact = (port: number) => `<sip:door@203.0.113.7:${port}>`;
const ownContact = '<sip:door@192.168.1.5:5060>';

test('no NAT: one REGISTER, no keep-alives', () => {
  const {clock, contacts, keepAlives} = scene(() => own);
  clock.advance(200_000);
  expect(contacts()).toEqual([[ownContact]]);
  expect(keepAlives).toEqual([]);
});

test('Contact becomes what the registrar saw, the old one goes', () => {
  const {clock, contacts, registration} = scene(() => outside(40_001));
  expect(contacts()).toEqual([[ownContact], [contact(40_001), `${ownContact};expires=0`]]);
  clock.advance(300_000);
  expect(contacts().slice(2)).toEqual([[contact(40_001)]]);
  expect(registration.status.registered).toBe(true);
});

test('a NAT that gives each request another port makes one more REGISTER, not an endless row', () => {
  const {clock, requests, contacts} = scene((request) => outside(40_000 + request));
  expect(requests).toHaveLength(2);
  clock.advance(300_000);
  expect(requests).toHaveLength(4);
  expect(contacts()[2]).toEqual([contact(40_002), `${contact(40_001)};expires=0`]);
});

test('the way back is kept open every 25 s until unregistered', async () => {
  const {clock, keepAlives, registration, contacts} = scene(() => outside(40_001));
  clock.advance(110_000);
  expect(keepAlives).toHaveLength(4);
  const stopped = registration.stop();
  clock.advance(10);
  await stopped;
  clock.advance(100_000);
  expect(keepAlives).toHaveLength(4);
  expect(contacts().at(-1)).toEqual([contact(40_001)]);
  expect(clock.pending).toBe(0);
});

test('the mapping changes: registered again at once, under the new address', () => {
  let port = 40_001;
  const {clock, nat, registration, contacts} = scene(() => outside(port));
  nat.setMapping({local: own, seen: outside(40_001)});
  registration.refresh();
  clock.advance(10);
  port = 50_000;
  nat.setMapping({local: own, seen: outside(50_000)});
  registration.refresh();
  clock.advance(10);
  expect(contacts().at(-1)).toEqual([contact(50_000), `${contact(40_001)};expires=0`]);
});

test('it changes while a REGISTER is under way: another follows', () => {
  const {clock, nat, registration, contacts} = scene(() => outside(50_000));
  nat.setMapping({local: own, seen: outside(40_001)});
  registration.refresh();
  nat.setMapping({local: own, seen: outside(50_000)});
  registration.refresh();
  clock.advance(10);
  expect(contacts().at(-1)?.[0]).toBe(contact(50_000));
  const before = contacts().length;
  clock.advance(1000);
  expect(contacts()).toHaveLength(before);
});

import {expect, test} from 'vitest';
import {NatTransport} from '../../../firmware/sip/transport/nat-transport.ts';
import {noHold, type SocketAddress, type Transport} from '../../../firmware/sip/transport/transport.ts';
import {StunClient} from '../../../firmware/stun/client.ts';
import {mappedTo} from '../../stun/fake-server.ts';
import {FakeClock} from '../../support/fake-clock.ts';
import {seededBytes} from '../../support/fake-network.ts';

const local = {address: '192.168.1.5', port: 5060};
const seen = {address: '203.0.113.7', port: 40_001};

function scene() {
  const state = {local};
  const inner: Transport = {
    send() {},
    localAddress: () => state.local,
    prepare: (_, ready) => ready(),
    hold: () => noHold,
    unanswered() {},
  };
  return {nat: new NatTransport(inner), state};
}

const to = (address: string, transport: 'UDP' | 'TCP' = 'UDP') => ({transport, address, port: 5060});
const registrar = to('198.51.100.9');

test('what STUN says goes to public destinations over UDP, and to no others', () => {
  const {nat} = scene();
  expect(nat.contactAddress(registrar)).toEqual(local);
  nat.setMapping({local, seen});
  expect(nat.contactAddress(registrar)).toEqual(seen);
  expect(nat.localAddress(registrar)).toEqual(local);
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '172.20.0.1',
    '192.168.1.9',
    '169.254.1.1',
    '100.64.0.1',
    '::1',
    'fd00::1',
    'fe80::1',
  ])
    expect(nat.contactAddress(to(address))).toEqual(local);
  expect(nat.contactAddress(to('198.51.100.9', 'TCP'))).toEqual(local);
  expect([nat.isMapped(registrar), nat.isMapped(to('10.1.2.3'))]).toEqual([true, false]);
});

test('another address of our own: the mapping says nothing any more', () => {
  const {nat, state} = scene();
  nat.setMapping({local, seen});
  expect(nat.noteSeen(registrar, {address: '203.0.113.7', port: 50_000})).toBe(true);
  state.local = {address: '192.168.7.1', port: 5060};
  expect(nat.contactAddress(registrar)).toEqual(state.local);
});

test('what a server sees goes first, for that server, also on a local network', () => {
  const {nat} = scene();
  nat.setMapping({local, seen});
  const other = {address: '203.0.113.7', port: 50_000};
  expect(nat.noteSeen(registrar, seen)).toBe(false);
  expect(nat.noteSeen(registrar, other)).toBe(true);
  expect(nat.noteSeen(registrar, other)).toBe(false);
  expect(nat.contactAddress(registrar)).toEqual(other);
  expect(nat.contactAddress(to('198.51.100.10'))).toEqual(seen);
  expect(nat.noteSeen(to('10.1.2.3'), other)).toBe(true);
  expect(nat.contactAddress(to('10.1.2.3'))).toEqual(other);
  nat.setMapping({local, seen: {address: '203.0.113.8', port: 1024}});
  expect(nat.contactAddress(registrar)).toEqual({address: '203.0.113.8', port: 1024});
});

test('views are remembered for a bounded number of servers', () => {
  const {nat} = scene();
  for (let host = 0; host < 100; host++) nat.noteSeen(to(`198.51.100.${host}`), seen);
  const known = Array.from({length: 100}, (_, host) => nat.contactAddress(to(`198.51.100.${host}`)));
  expect(known.filter(({port}) => port === seen.port)).toHaveLength(32);
});

test('a server is asked by STUN how it sees us; one that says nothing is given up after 10 s', () => {
  const clock = new FakeClock();
  const asked: {at: number; bytes: Uint8Array; to: SocketAddress}[] = [];
  const stun = new StunClient({
    clock,
    random: seededBytes(1),
    send: (bytes, {address, port}) => asked.push({at: clock.now(), bytes, to: {address, port}}),
  });
  const nat = new NatTransport(scene().nat, stun);
  const told: unknown[] = [];
  nat.probe?.(registrar, (address) => told.push(address));
  expect(asked[0]?.to).toEqual({address: '198.51.100.9', port: 5060});
  stun.receive(mappedTo(asked[0]!.bytes, seen), registrar);
  expect(told).toEqual([seen]);
  nat.probe?.(registrar, (address) => told.push(address));
  clock.advance(9999);
  expect(asked.slice(1).map(({at}) => at)).toEqual([0, 500, 1500, 3500, 7500]);
  expect(told).toHaveLength(1);
  clock.advance(1);
  expect(told).toEqual([seen, undefined]);
  nat.probe?.(registrar, (address) => told.push(address)).cancel();
  clock.advance(20_000);
  expect(told).toHaveLength(2);
  expect(clock.pending).toBe(0);
  // Without a client nobody is asked.
  expect(scene().nat.probe).toBeUndefined();
});

import {expect, test} from 'vitest';
import type {Result} from '../../firmware/base/result.ts';
import type {SocketAddress} from '../../firmware/stun/attributes/address.ts';
import type {BindingFailure} from '../../firmware/stun/binding.ts';
import {BehaviourDiscovery, type Dependence, type NatBehaviour} from '../../firmware/stun/nat-behaviour.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {seededBytes} from '../support/fake-network.ts';
import {discoveryServer, FakeNat, type NatOptions} from './fake-nat.ts';
import {mappedTo, refusal} from './fake-server.ts';

const local: SocketAddress = {address: '192.168.1.5', port: 5060};
const second: SocketAddress = {address: '192.168.1.5', port: 5062};
const server: SocketAddress = {address: '198.51.100.1', port: 3478};
const dependences: Dependence[] = ['endpoint-independent', 'address-dependent', 'address-and-port-dependent'];

type Answer = (asked: Uint8Array, from: SocketAddress, at: SocketAddress) => Reply | undefined;
interface Reply {
  readonly answer: Uint8Array;
  readonly origin: SocketAddress;
}

/** Runs a discovery behind a NAT, or with none between, and returns its result and the time it took. */
function discover(nat: FakeNat | undefined, answer: Answer) {
  const clock = new FakeClock();
  const results: Result<NatBehaviour, BindingFailure>[] = [];
  const discovery = new BehaviourDiscovery({
    clock,
    random: seededBytes(5),
    server,
    local,
    send(bytes, to, socket) {
      const from = socket === 'main' ? local : second;
      const seen = nat ? nat.out(from, to) : from;
      if (nat?.isOwn(to)) {
        const inside = nat.turnsRound(to) ? nat.in(seen, to) : undefined;
        if (inside?.port === local.port) clock.after(1, () => discovery.receive(bytes, seen));
        return;
      }
      const reply = answer(bytes, seen, to);
      if (!reply) return;
      const inside = nat ? nat.in(reply.origin, seen) : from;
      if (inside?.port === local.port) clock.after(1, () => discovery.receive(reply.answer, reply.origin));
    },
    done: (result) => results.push(result),
  });
  discovery.start();
  clock.advance(60_000);
  expect(clock.pending).toBe(0);
  expect(results).toHaveLength(1);
  return results[0]!;
}

const complete = discoveryServer(['198.51.100.1', '198.51.100.2'], [3478, 3479]);
const kinds = dependences.flatMap((mapping) =>
  dependences.map((filtering): [Dependence, Dependence] => [mapping, filtering]),
);

test.each(kinds)('mapping %s, filtering %s', (mapping, filtering) => {
  // Whoever has not been sent to is not let in: a hairpin needs a NAT that filters by nothing.
  const hairpinning = filtering === 'endpoint-independent';
  const options: NatOptions = {mapping, filtering, hairpinning: true};
  expect(discover(new FakeNat(options), complete)).toEqual({
    ok: true,
    value: {
      mapped: {address: '203.0.113.7', port: 40_001},
      translated: true,
      mapping,
      filtering,
      hairpinning,
    },
  });
});

test('no hairpinning', () => {
  const nat = new FakeNat({
    mapping: 'endpoint-independent',
    filtering: 'endpoint-independent',
    hairpinning: false,
  });
  expect(discover(nat, complete)).toMatchObject({ok: true, value: {hairpinning: false}});
});

test('no NAT, no firewall', () => {
  expect(discover(undefined, complete)).toEqual({
    ok: true,
    value: {
      mapped: local,
      translated: false,
      mapping: undefined,
      filtering: 'endpoint-independent',
      hairpinning: undefined,
    },
  });
});

test('a server with one address cannot tell much', () => {
  const options: NatOptions = {
    mapping: 'endpoint-independent',
    filtering: 'address-dependent',
    hairpinning: false,
  };
  const simple: Answer = (asked, from, at) => ({answer: mappedTo(asked, from), origin: at});
  expect(discover(new FakeNat(options), simple)).toMatchObject({
    ok: true,
    value: {translated: true, mapping: undefined, filtering: undefined},
  });
});

test.each([
  ['ignores CHANGE-REQUEST', (reply: Reply, at: SocketAddress) => ({...reply, origin: at})],
  [
    'refuses CHANGE-REQUEST',
    (reply: Reply, at: SocketAddress, asked: Uint8Array, changed: boolean) =>
      changed ? {answer: refusal(asked, 420), origin: at} : reply,
  ],
])('a server that %s: filtering stays unknown', (_, alter) => {
  const nat = new FakeNat({
    mapping: 'address-dependent',
    filtering: 'address-dependent',
    hairpinning: false,
  });
  const found = discover(nat, (asked, from, at) => {
    const reply = complete(asked, from, at);
    return alter(reply, at, asked, reply.origin.address !== at.address || reply.origin.port !== at.port);
  });
  expect(found).toMatchObject({ok: true, value: {mapping: 'address-dependent', filtering: undefined}});
});

test('no answer at all', () => {
  expect(discover(undefined, () => undefined)).toMatchObject({ok: false, error: {code: 'timeout'}});
});

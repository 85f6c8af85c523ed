import {beforeEach, expect, test} from 'vitest';
import {success} from '../../../firmware/base/result.ts';
import type {RegistrationStatus} from '../../../firmware/sip/agent/account-options.ts';
import {Registration} from '../../../firmware/sip/agent/registration.ts';
import type {Destination, Transport} from '../../../firmware/sip/transport/transport.ts';
import {seededBytes} from '../../support/fake-network.ts';
import {server as overUdp, RegistrationScene, reply} from './registration-scene.ts';

/** Registration over a connection that breaks (RFC 5626 section 4.5). */

const account = {
  name: 'house',
  uri: 'sip:door@example.org',
  user: 'door',
  password: 'secret',
  registrars: ['sip:example.org;transport=tcp'],
  expires: 300,
};

const server: Destination = {...overUdp, transport: 'TCP'};

let scene: RegistrationScene;
let registration: Registration;
let statuses: RegistrationStatus[];
/** Who is to be told of the loss of the connection to where. */
let holds: {readonly to: Destination; onLost(why: string): void}[];

beforeEach(() => {
  scene = new RegistrationScene();
  statuses = [];
  holds = [];
  const inner = scene.network.open('192.0.2.1', 5062);
  const transport: Transport = {
    send: (...message) => inner.send(...message),
    localAddress: (destination) => inner.localAddress(destination),
    prepare: (_destination, ready) => ready(),
    unanswered() {},
    hold(to, onLost = () => {}) {
      const held = {to, onLost};
      holds.push(held);
      return {release: () => void holds.splice(holds.indexOf(held), 1)};
    },
  };
  registration = new Registration({
    account,
    transactions: scene.layer,
    transport,
    clock: scene.clock,
    random: seededBytes(2),
    userAgentName: 'Doorline/test',
    health: scene.health,
    locate: (found) => found(success([server])),
  });
  registration.onChange = (status) => statuses.push(status);
  registration.start();
  scene.clock.advance(0);
});

test('the connection is held while registered, once, and until it is not any more', async () => {
  expect(holds.map(({to}) => to)).toEqual([server]);
  scene.clock.advance(3_600_000);
  expect(holds).toHaveLength(1);
  const stopped = registration.stop();
  scene.clock.advance(0);
  await stopped;
  expect(holds).toEqual([]);
});

test('when it breaks the account is down, says why, and registers again at once', () => {
  scene.clock.advance(60_000);
  const before = scene.times.length;
  holds[0]!.onLost('the other side closed the connection');
  expect(statuses.at(-1)).toEqual({
    registered: false,
    reason: 'the connection to 192.0.2.2 was lost: the other side closed the connection',
  });
  scene.clock.advance(0);
  scene.clock.advance(0);
  expect(scene.times).toHaveLength(before + 1);
  expect(statuses.at(-1)).toEqual({registered: true, reason: ''});
});

test('a refresh does not make it young again', () => {
  scene.clock.advance(270_000);
  const before = scene.times.length;
  holds[0]!.onLost('broken');
  scene.clock.advance(0);
  scene.clock.advance(0);
  expect(scene.times).toHaveLength(before + 1);
});

test('one that breaks as soon as it is there is replaced after 2 to 4 s, then ever more slowly', () => {
  scene.serve = (request) => {
    scene.clock.after(10, () => holds[0]?.onLost('broken'));
    return reply(request, 200, [['Contact', `${request.headers.get('Contact')};expires=300`]]);
  };
  holds[0]!.onLost('broken');
  scene.clock.advance(600_000);
  const pauses = scene.times.slice(1).map((time, index) => time - scene.times[index]!);
  expect(pauses[0]).toBeGreaterThanOrEqual(2000);
  expect(pauses[0]).toBeLessThanOrEqual(4000);
  expect(pauses.slice(6).every((pause) => pause >= 30_000 && pause <= 60_010)).toBe(true);
});

test('a server that asks for patience and closes the connection has it', () => {
  scene.serve = (request) => reply(request, 503, [['Retry-After', '600']]);
  scene.clock.advance(268_000);
  const before = scene.times.length;
  const reason = 'refused by 192.0.2.2: 503 Service Unavailable';
  expect(statuses.at(-1)).toEqual({registered: false, reason});
  holds[0]!.onLost('the other side closed the connection');
  scene.clock.advance(599_000);
  expect(scene.times).toHaveLength(before);
  expect(statuses.at(-1)).toEqual({registered: false, reason});
  scene.clock.advance(1000);
  expect(scene.times).toHaveLength(before + 1);
});

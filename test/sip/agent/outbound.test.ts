import {beforeEach, describe, expect, test} from 'vitest';
import {success} from '../../../firmware/base/result.ts';
import type {SipRequest, SipResponse} from '../../../firmware/sip/message/message.ts';
import type {Destination, SocketAddress, Transport} from '../../../firmware/sip/transport/transport.ts';
import {accept, RegistrationScene, reply, server} from './registration-scene.ts';

/** Flows that the station opens and the server uses to reach it (RFC 5626), and routes that it names (RFC 3608). */

const instance = 'urn:uuid:f81d4fae-7dec-41d0-a765-00a0c91e6bf6';
const own: SocketAddress = {address: '192.0.2.1', port: 5062};
const plainContact = '<sip:door@192.0.2.1:5062>';

let scene: RegistrationScene;
/** Questions by STUN: when, and what answers them. */
let probes: {readonly at: number; done(seen: SocketAddress | undefined): void}[];
let seen: SocketAddress | undefined;
let holds: {readonly to: Destination; readonly keepAlive: number | undefined; onLost(why: string): void}[];

beforeEach(() => {
  scene = new RegistrationScene();
  probes = [];
  holds = [];
  seen = own;
  scene.serve = agree;
});

/** A registration with an instance, over UDP or over a connection. */
function start(to: Destination = server): void {
  const inner = scene.network.open(own.address, own.port);
  const transport: Transport = {
    send: (...message) => inner.send(...message),
    localAddress: (destination) => inner.localAddress(destination),
    prepare: (_destination, ready) => ready(),
    unanswered() {},
    hold(held, onLost = () => {}, keepAlive) {
      const hold = {to: held, onLost, keepAlive};
      holds.push(hold);
      return {
        release() {
          holds = holds.filter((one) => one !== hold);
        },
      };
    },
    probe(_server, done) {
      probes.push({at: scene.clock.now(), done});
      const answer = seen;
      const timer = scene.clock.after(answer ? 5 : 10_000, () => done(answer));
      return {cancel: () => timer.cancel()};
    },
  };
  scene.registration = scene.newRegistration((found) => found(success([to])), {instance, transport});
  scene.registration.start();
  scene.clock.advance(0);
}

/** The 200 of a registrar that supports outbound. */
function agree(request: SipRequest): SipResponse {
  const response = accept(request);
  response.headers.append('Require', 'outbound');
  return response;
}

describe('the REGISTER', () => {
  test('names the instance and the flow, and says what is supported', () => {
    start();
    const {headers} = scene.requests[0]!.request;
    expect(headers.get('Contact')).toBe(`${plainContact};+sip.instance="<${instance}>";reg-id=1`);
    expect(headers.get('Supported')).toBe('path, outbound');
  });

  test('without an instance asks for Path only', () => {
    scene.registration.start();
    scene.clock.advance(0);
    expect(scene.requests[0]!.request.headers.get('Supported')).toBe('path');
  });

  test('439: registers without outbound at once, and stays with that for this server', () => {
    scene.serve = (request) =>
      /outbound/.test(request.headers.get('Supported') ?? '') ? reply(request, 439) : accept(request);
    start();
    scene.clock.advance(0);
    expect(scene.statuses).toEqual([{registered: true, reason: ''}]);
    expect(scene.requests[1]!.request.headers.get('Contact')).toBe(
      `${plainContact};+sip.instance="<${instance}>"`,
    );
    scene.clock.advance(300_000);
    expect(scene.requests).toHaveLength(3);
    expect(scene.registration.hasFlow(server)).toBe(false);
  });

  test('a server that answers 439 to everything has refused', () => {
    scene.serve = (request) => reply(request, 439);
    start();
    scene.clock.advance(0);
    expect(scene.requests).toHaveLength(2);
    expect(scene.statuses.at(-1)?.reason).toMatch('refused by 192.0.2.2: 439');
  });
});

describe('a flow over UDP', () => {
  test('is used only where the server agrees', () => {
    scene.serve = accept;
    start();
    scene.clock.advance(200_000);
    expect(probes).toEqual([]);
    expect(scene.registration.hasFlow(server)).toBe(false);
  });

  test('is kept by STUN every 23.2 to 29 s, across refreshes', () => {
    start();
    expect(scene.registration.hasFlow(server)).toBe(true);
    scene.clock.advance(600_000);
    const pauses = probes.slice(1).map(({at}, index) => at - probes[index]!.at - 5);
    expect(pauses.length).toBeGreaterThan(20);
    expect(pauses.every((pause) => pause >= 23_200 && pause <= 29_000)).toBe(true);
    expect(scene.statuses).toEqual([{registered: true, reason: ''}]);
  });

  test('is kept within the Flow-Timer of the server', () => {
    scene.serve = (request) => {
      const response = agree(request);
      response.headers.append('Flow-Timer', '20');
      return response;
    };
    start();
    scene.clock.advance(200_000);
    const pauses = probes.slice(1).map(({at}, index) => at - probes[index]!.at - 5);
    expect(pauses.every((pause) => pause >= 16_000 && pause <= 20_000)).toBe(true);
  });

  test('is dead when the server does not answer any more: registered anew at once', () => {
    start();
    scene.clock.advance(100_000);
    seen = undefined;
    const before = scene.requests.length;
    scene.clock.advance(29_000 + 10_000);
    expect(scene.statuses[1]?.reason).toBe(
      'the connection to 192.0.2.2 was lost: it does not answer keep-alives any more',
    );
    expect(scene.requests).toHaveLength(before + 1);
  });

  test('is dead when the server sees us elsewhere', () => {
    start();
    scene.clock.advance(100_000);
    seen = {address: '203.0.113.7', port: 40_000};
    scene.clock.advance(30_000);
    expect(scene.statuses[1]?.reason).toContain('it sees us at another address, 203.0.113.7:40000');
    expect(scene.statuses.at(-1)?.registered).toBe(true);
    scene.clock.advance(100_000);
    expect(scene.statuses).toHaveLength(3);
  });

  test('to a server that speaks no STUN is kept by line ends', () => {
    seen = undefined;
    start();
    scene.clock.advance(100_000);
    const lineEnds = scene.network.sent.filter(({text}) => text === '\r\n\r\n');
    expect(lineEnds.map(({at}) => at)).toEqual([35_000, 60_000, 85_000]);
    expect(probes).toHaveLength(1);
    expect(scene.statuses).toEqual([{registered: true, reason: ''}]);
  });

  test('is let go when unregistered', async () => {
    start();
    scene.clock.advance(30_000);
    const stopped = scene.registration.stop();
    scene.clock.advance(0);
    await stopped;
    scene.clock.advance(5000);
    expect(scene.clock.pending).toBe(0);
  });
});

describe('a flow over TCP', () => {
  const overTcp: Destination = {...server, transport: 'TCP'};

  test('has keep-alives that are answered for sure, every 96 to 120 s or as the server says', () => {
    start(overTcp);
    expect(holds).toHaveLength(1);
    expect(holds[0]!.keepAlive).toBeGreaterThanOrEqual(96_000);
    expect(holds[0]!.keepAlive).toBeLessThanOrEqual(120_000);
    scene.serve = (request) => {
      const response = agree(request);
      response.headers.append('Flow-Timer', '30');
      return response;
    };
    scene.clock.advance(300_000);
    expect(holds).toHaveLength(1);
    expect(holds[0]!.keepAlive).toBeGreaterThanOrEqual(24_000);
    expect(holds[0]!.keepAlive).toBeLessThanOrEqual(30_000);
  });

  test('promises nothing without outbound', () => {
    scene.serve = accept;
    start(overTcp);
    expect(holds[0]!.keepAlive).toBeUndefined();
  });
});

describe('what the 2xx says of routes', () => {
  test('Service-Route is kept in its order, and replaced by each registration', () => {
    let routes = ['<sip:edge.example.org;lr>, <sip:home@192.0.2.5;lr>', 'nonsense'];
    scene.serve = (request) => {
      const response = agree(request);
      for (const route of routes) response.headers.append('Service-Route', route);
      return response;
    };
    start();
    expect(scene.registration.routes.map(({value}) => value)).toEqual([
      '<sip:edge.example.org;lr>',
      '<sip:home@192.0.2.5;lr>',
    ]);
    routes = [];
    scene.clock.advance(300_000);
    expect(scene.registration.routes).toEqual([]);
  });
});

test('when it was tried, and will be, is told in wall-clock time', () => {
  const begin = scene.clock.wallTime();
  scene.serve = (request) => reply(request, 404, [['Retry-After', '100']]);
  start();
  expect(scene.registration.times).toEqual({
    attempts: 1,
    lastAttempt: begin,
    nextAttempt: begin + 100_000,
  });
  scene.serve = agree;
  scene.clock.advance(100_000);
  expect(scene.registration.times).toEqual({
    attempts: 2,
    lastAttempt: begin + 100_000,
    nextAttempt: begin + 100_000 + 268_000,
  });
});

describe('a server that is away for ten minutes', () => {
  const ways: Record<string, {go(): void; come(): void; reason: string}> = {
    silent: {
      go: () => {
        scene.serve = () => undefined;
      },
      come: () => {},
      reason: 'no answer from 192.0.2.2',
    },
    'without a route': {
      go: () => scene.network.unreachable.add(server.address),
      come: () => scene.network.unreachable.clear(),
      reason: 'no route to 192.0.2.2',
    },
    'answering 503 without Retry-After': {
      go: () => {
        scene.serve = (request) => reply(request, 503);
      },
      come: () => {},
      reason: 'refused by 192.0.2.2: 503 Service Unavailable',
    },
  };

  // The longest pause is 60 s; an attempt that is under way is repeated every 4 s.
  test.each(Object.keys(ways))(
    '%s: has us back within a minute, and was not bothered more often than that',
    (way) => {
      const {go, come, reason} = ways[way]!;
      start();
      scene.clock.advance(100_000);
      seen = undefined;
      go();
      scene.clock.advance(600_000);
      expect(scene.statuses.at(-1)).toEqual({registered: false, reason});
      // In the half minute to a minute after which it is tried again, at the latest after the first five minutes.
      expect(scene.registration.times.attempts).toBeLessThanOrEqual(25);
      const told = scene.statuses.length;
      come();
      scene.serve = agree;
      seen = own;
      const back = scene.clock.now();
      while (!scene.statuses.at(-1)?.registered) scene.clock.advanceToNext();
      expect(scene.clock.now() - back).toBeLessThanOrEqual(60_000);
      // Each attempt is counted; the journal hears of the trouble once.
      expect(told).toBeLessThanOrEqual(3);
    },
  );
});

import {beforeEach, expect, test} from 'vitest';
import type {ServerAttempt} from '../../../firmware/sip/agent/server-health.ts';
import type {SipRequest} from '../../../firmware/sip/message/message.ts';
import {parseMessage} from '../../../firmware/sip/message/parse.ts';
import {writeMessage} from '../../../firmware/sip/message/write.ts';
import {accept, reply} from './registration-scene.ts';
import {CallScene} from './scene.ts';

/** An account with several servers: a preferred one and those that stand in for it. */

const addresses = ['192.0.2.11', '192.0.2.12', '192.0.2.13'];

/** Registrars that do what a test says, and a station with an account at all of them. */
class House {
  readonly attempts: ServerAttempt[] = [];
  /** REGISTER requests that arrived: when, and at which server (by the last number of its address). */
  readonly arrived: [at: number, server: number][] = [];
  readonly statuses: {registered: boolean; reason: string}[] = [];
  /** What each server answers; undefined: nothing. */
  readonly answers = new Map<string, (request: SipRequest) => ReturnType<typeof reply> | undefined>();
  readonly scene: CallScene;

  constructor(registrars = addresses.map((address) => `sip:${address}`)) {
    const account = {
      name: 'house',
      uri: 'sip:door@example.org',
      user: 'door',
      password: 'sesame',
      registrars,
      expires: 300,
    };
    this.scene = new CallScene({tesla: {accounts: [account]}});
    const {agent} = this.scene.tesla;
    agent.onAttempt = (attempt) => this.attempts.push(attempt);
    agent.onAccountChange = ({registered, reason}) => this.statuses.push({registered, reason});
    for (const address of addresses) {
      this.answers.set(address, accept);
      const transport = this.scene.network.open(address);
      transport.onMessage = (bytes, remote) => {
        const parsed = parseMessage(bytes);
        if (!parsed.ok || parsed.value.kind !== 'request') return;
        const request = parsed.value;
        if (request.method === 'REGISTER') {
          this.arrived.push([this.scene.clock.now(), Number(address.split('.').at(-1))]);
        }
        const response = this.answers.get(address)?.(request);
        if (response) transport.send(writeMessage(response), {transport: 'UDP', ...remote});
      };
    }
  }

  dead(...numbers: number[]): void {
    for (const address of addresses) {
      this.answers.set(
        address,
        numbers.includes(Number(address.split('.').at(-1))) ? () => undefined : accept,
      );
    }
  }

  /** The servers that were asked, repetitions of one request left out. */
  get asked(): number[] {
    return this.arrived.map(([, server]) => server).filter((server, index, all) => server !== all[index - 1]);
  }
}

let house: House;

beforeEach(() => {
  house = new House();
});

test('only the preferred server is bothered as long as it serves', async () => {
  house.scene.tesla.agent.start();
  await house.scene.pass(1_000_000);
  expect(house.asked).toEqual([11]);
  expect(house.arrived.map(([at]) => at)).toEqual([0, 268_000, 536_000, 804_000]);
  expect(house.attempts.every(({ok}) => ok)).toBe(true);
});

test('a silent server is left for the next after 4 s; the last has all its time', async () => {
  house.dead(11, 12, 13);
  house.scene.tesla.agent.start();
  await house.scene.pass(39_999);
  expect(house.asked).toEqual([11, 12, 13]);
  expect(house.arrived.filter(([, server]) => server === 11).map(([at]) => at)).toContain(3500);
  expect(house.statuses).toEqual([]);
  await house.scene.pass(1);
  expect(house.statuses).toEqual([
    {
      registered: false,
      reason: 'no answer from 192.0.2.11; no answer from 192.0.2.12; no answer from 192.0.2.13',
    },
  ]);
  expect(house.attempts).toEqual(
    [11, 12, 13].map((server) => ({
      method: 'REGISTER',
      account: 'house',
      server: `UDP 192.0.2.${server}:5060`,
      ok: false,
      reason: `no answer from 192.0.2.${server}`,
    })),
  );
});

test.each([408, 500, 503])('%i: the next at once', async (status) => {
  house.answers.set('192.0.2.11', (request) => reply(request, status));
  house.scene.tesla.agent.start();
  await house.scene.pass(1000);
  expect(house.arrived).toEqual([
    [0, 11],
    [0, 12],
  ]);
  expect(house.statuses).toEqual([{registered: true, reason: ''}]);
  expect(house.attempts[0]?.reason).toMatch(`refused by 192.0.2.11: ${status}`);
});

test.each([403, 404])('%i would be the same everywhere: no other server is asked', async (status) => {
  house.answers.set('192.0.2.11', (request) => reply(request, status));
  house.scene.tesla.agent.start();
  await house.scene.pass(1000);
  expect(house.asked).toEqual([11]);
  expect(house.statuses[0]?.registered).toBe(false);
});

test('no route to the preferred one: the next at once', async () => {
  house.scene.network.unreachable.add('192.0.2.11');
  house.scene.tesla.agent.start();
  await house.scene.pass(1000);
  expect(house.asked).toEqual([12]);
  expect(house.statuses).toEqual([{registered: true, reason: ''}]);
  expect(house.attempts[0]).toMatchObject({ok: false, reason: 'no route to 192.0.2.11'});
});

test('a stand-in keeps the registration; it comes back soon after the preferred one has', async () => {
  house.dead(11);
  house.scene.tesla.agent.start();
  await house.scene.pass(600_000);
  expect(house.statuses).toEqual([{registered: true, reason: ''}]);
  expect(house.asked).not.toContain(13);
  // A round each minute, a few datagrams to the dead one in each.
  expect(house.arrived.filter(([, server]) => server === 12).length).toBeGreaterThanOrEqual(9);
  expect(house.arrived.filter(([, server]) => server === 11).length).toBeLessThanOrEqual(4 * 11);
  house.dead();
  const back = house.arrived.length;
  await house.scene.pass(65_000);
  expect(house.arrived.slice(back).map(([, server]) => server)).toEqual([11]);
  await house.scene.pass(1_000_000);
  expect(house.arrived.slice(back).every(([, server]) => server === 11)).toBe(true);
  expect(house.statuses).toEqual([{registered: true, reason: ''}]);
});

test('a refresh that the server does not answer any more goes to the next, and the account stays up', async () => {
  house.scene.tesla.agent.start();
  await house.scene.pass(1000);
  house.dead(11);
  await house.scene.pass(280_000);
  expect(house.asked).toEqual([11, 12]);
  expect(house.statuses).toEqual([{registered: true, reason: ''}]);
});

test('Retry-After of a 503 is honoured while others serve, and counts for the pause when none does', async () => {
  house.answers.set('192.0.2.11', (request) => reply(request, 503, [['Retry-After', '200']]));
  house.scene.tesla.agent.start();
  await house.scene.pass(190_000);
  expect(house.arrived.filter(([, server]) => server === 11)).toHaveLength(1);
  await house.scene.pass(70_000);
  expect(house.arrived.filter(([, server]) => server === 11)).toHaveLength(2);
});

test('a server that was given up hears nothing more, and what it answers then changes nothing', async () => {
  let late: (() => void) | undefined;
  house.dead(12);
  house.answers.set('192.0.2.11', (request) => {
    late = () => house.scene.tesla.transactions.receive(writeMessage(accept(request)), ...flow);
    return undefined;
  });
  const flow = [{address: '192.0.2.11', port: 5060}, {address: '192.0.2.1', port: 5060}, 'UDP'] as const;
  house.scene.tesla.agent.start();
  await house.scene.pass(5000);
  late?.();
  expect(house.statuses).toEqual([]);
  await house.scene.pass(4000);
  expect(house.asked).toEqual([11, 12, 13]);
  expect(house.statuses).toEqual([{registered: true, reason: ''}]);
});

test('stopping unregisters where it is registered', async () => {
  house.dead(11);
  house.scene.tesla.agent.start();
  await house.scene.pass(10_000);
  house.arrived.length = 0;
  void house.scene.tesla.agent.stop();
  await house.scene.pass(3000);
  expect(house.arrived).toEqual([[10_000, 12]]);
});

test('stopping while a server is silent waits 2 s, and leaves nothing behind', async () => {
  house.dead(11, 12, 13);
  house.scene.tesla.agent.start();
  await house.scene.pass(3000);
  let stopped = false;
  void house.scene.tesla.agent.stop().then(() => {
    stopped = true;
  });
  await house.scene.pass(2000);
  expect(stopped).toBe(true);
  await house.scene.pass(100_000);
  expect(house.asked).toEqual([11]);
  expect(house.scene.clock.pending).toBe(0);
});

test('calls go through the server that it is registered at', async () => {
  house.dead(11);
  house.scene.tesla.agent.start();
  await house.scene.pass(10_000);
  house.scene.tesla.call('101');
  await house.scene.settle();
  const invite = house.scene.network.sent.findLast(({text}) => text.startsWith('INVITE'));
  expect(invite?.to.address).toBe('192.0.2.12');
});

test('a name that nobody knows among the registrars does not hold up the others', async () => {
  house = new House(['sip:nowhere.example.org', 'sip:192.0.2.12']);
  house.scene.tesla.agent.start();
  await house.scene.pass(1000);
  expect(house.statuses).toEqual([{registered: true, reason: ''}]);
  expect(house.asked).toEqual([12]);
});

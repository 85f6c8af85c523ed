import fc from 'fast-check';
import {expect, test} from 'vitest';
import {createResponse} from '../../../firmware/sip/message/create.ts';
import type {TransactionLayer} from '../../../firmware/sip/transaction/transaction-layer.ts';
import {FakeClock} from '../../support/fake-clock.ts';
import {FakeNetwork, type Fate, unreliable} from '../../support/fake-network.ts';
import {Listener, newLayer, outgoing, peer} from './scene.ts';

/** Both ends of a transaction on a network that loses, doubles, delays and reorders. */
interface Ends {
  readonly clock: FakeClock;
  readonly client: TransactionLayer;
  readonly server: TransactionLayer;
  readonly listener: Listener;
  /** Methods of the requests that reached the user of the server. */
  readonly told: string[];
}

/** Sends a request and lets the server answer it: 100 ms later by 180, another 100 ms later by `status`. */
function run(fate: Fate, method: string, status: number): Ends {
  const clock = new FakeClock();
  const network = new FakeNetwork(clock, fate);
  const client = newLayer(network, clock);
  const server = newLayer(network, clock, peer.address);
  const told: string[] = [];
  server.onRequest = (transaction, request) => {
    told.push(request.method);
    if (!transaction) return;
    const respond = (code: number) => transaction.respond(createResponse(request, code, undefined, 'bob'));
    if (method === 'INVITE') clock.after(100, () => respond(180));
    clock.after(200, () => respond(status));
  };
  const listener = new Listener(clock);
  client.request(outgoing(method), peer, listener);
  return {clock, client, server, listener, told};
}

function runToEnd(ends: Ends): void {
  ends.clock.advance(10 * 60_000);
}

const losses = fc.array(fc.boolean(), {maxLength: 40});

/** Loses the datagrams that `lost` says, but never more than `most`. */
function loseAtMost(most: number, lost: readonly boolean[]): Fate {
  let count = 0;
  return (_datagram, index) => {
    if (!lost[index] || count >= most) return [10];
    count++;
    return [];
  };
}

test.each([
  ['OPTIONS', 200],
  ['REGISTER', 401],
  ['INVITE', 486],
])('%s answered %i comes about whatever four datagrams are lost', (method, status) => {
  fc.assert(
    fc.property(losses, (lost) => {
      const ends = run(loseAtMost(4, lost), method, status);
      runToEnd(ends);
      expect(ends.listener.statuses.at(-1)).toBe(status);
      expect(ends.listener.statuses.filter((code) => code >= 200)).toEqual([status]);
      expect(ends.listener.failures).toEqual([]);
      expect(ends.told).toEqual([method]);
      expect(ends.client.size + ends.server.size).toBe(0);
      expect(ends.clock.pending).toBe(0);
    }),
    {numRuns: 200},
  );
});

const trouble = fc.record({
  seed: fc.integer({min: 0, max: 2 ** 31}),
  loss: fc.double({min: 0, max: 1, noNaN: true}),
  duplication: fc.double({min: 0, max: 0.5, noNaN: true}),
  longestDelay: fc.integer({min: 1, max: 3000}),
});

test.each([
  ['OPTIONS', 200],
  ['INVITE', 486],
])('%s has exactly one outcome on the worst of networks, and leaves nothing behind', (method, status) => {
  fc.assert(
    fc.property(trouble, (options) => {
      const ends = run(unreliable(options), method, status);
      runToEnd(ends);
      const final = ends.listener.statuses.filter((code) => code >= 200);
      expect(final.length + ends.listener.failures.length).toBeLessThanOrEqual(1);
      // Only an INVITE that was answered by 180 may go on for ever: then it is for the user to cancel.
      const ringing = method === 'INVITE' && ends.listener.statuses.includes(180) && final.length === 0;
      if (!ringing) expect(final.length + ends.listener.failures.length).toBe(1);
      expect(ends.client.size).toBe(ringing ? 1 : 0);
      expect(ends.server.size).toBe(0);
    }),
    {numRuns: 200},
  );
});

test('a cancelled INVITE always ends, however bad the network', () => {
  fc.assert(
    fc.property(trouble, fc.integer({min: 0, max: 2000}), (options, cancelAt) => {
      const clock = new FakeClock();
      const network = new FakeNetwork(clock, unreliable(options));
      const client = newLayer(network, clock);
      const server = newLayer(network, clock, peer.address);
      server.onRequest = (transaction, request) => {
        if (!transaction) return;
        const respond = (code: number) =>
          transaction.respond(createResponse(request, code, undefined, 'bob'));
        clock.after(50, () => respond(180));
        transaction.onCancel = () => respond(487);
        // The server's own limit on ringing.
        clock.after(60_000, () => respond(480));
      };
      const listener = new Listener(clock);
      const transaction = client.request(outgoing('INVITE'), peer, listener);
      clock.after(cancelAt, () => transaction.cancel());
      clock.advance(10 * 60_000);
      const final = listener.statuses.filter((code) => code >= 200);
      expect(final.length + listener.failures.length).toBe(1);
      expect(client.size + server.size).toBe(0);
      expect(clock.pending).toBe(0);
    }),
    {numRuns: 200},
  );
});

test('the script is the same for the same seed, and does lose, double and reorder', () => {
  const script = (seed: number) => {
    const fate = unreliable({seed, loss: 0.3, duplication: 0.3, longestDelay: 100});
    const datagram = {at: 0, from: peer, to: peer, text: ''};
    return Array.from({length: 200}, (_, index) => fate(datagram, index));
  };
  expect(script(7)).toEqual(script(7));
  expect(script(7)).not.toEqual(script(8));
  const copies = script(7).map(({length}) => length);
  expect(new Set(copies)).toEqual(new Set([0, 1, 2]));
});

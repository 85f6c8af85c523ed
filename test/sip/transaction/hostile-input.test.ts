import {readdirSync, readFileSync} from 'node:fs';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {createResponse} from '../../../firmware/sip/message/create.ts';
import {writeMessage} from '../../../firmware/sip/message/write.ts';
import {incoming, Listener, outgoing, peer, Scene} from './scene.ts';

/** Whatever comes, the layer does not throw, and forgets it in time. */

const torture = new URL('../../vectors/rfc4475/', import.meta.url);

function newScene(): Scene {
  const scene = new Scene();
  // What the peer gets back from garbage may be as bad as the garbage.
  scene.network.open(peer.address);
  scene.layer.onRequest = (server, request) => {
    server?.respond(createResponse(request, request.method === 'INVITE' ? 486 : 200, undefined, 'alice'));
  };
  return scene;
}

function receive(scene: Scene, bytes: Uint8Array): void {
  scene.layer.receive(bytes, {address: peer.address, port: peer.port}, {address: '192.0.2.1', port: 5060});
}

test('any bytes, and any change to a good message', () => {
  const texts = ['INVITE', 'OPTIONS', 'ACK', 'CANCEL'].map((method) => writeMessage(incoming(method)));
  const listener = {onResponse() {}, onFailure() {}};
  const scene = newScene();
  scene.layer.request(outgoing('INVITE'), peer, listener);
  const invite = outgoing('INVITE');
  scene.layer.request(invite, peer, listener);
  texts.push(writeMessage(createResponse(invite, 180)), writeMessage(createResponse(invite, 200)));
  const changed = fc
    .tuple(
      fc.constantFrom(...texts),
      fc.array(fc.tuple(fc.nat(400), fc.integer({min: 0, max: 255})), {maxLength: 6}),
      fc.nat(500),
    )
    .map(([bytes, changes, cut]) => {
      const copy = Uint8Array.from(bytes);
      for (const [at, byte] of changes) copy[at % copy.length] = byte;
      return copy.subarray(0, copy.length - (cut < 100 ? cut : 0));
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({maxLength: 200}), changed), (bytes) => {
      receive(scene, bytes);
    }),
    {numRuns: 3000},
  );
  expect(scene.layer.size).toBeLessThan(1300);
  scene.clock.advance(120_000);
  scene.layer.close();
  expect(scene.layer.size).toBe(0);
  expect(scene.clock.pending).toBe(0);
});

test('the torture messages of RFC 4475', () => {
  const scene = newScene();
  const files = readdirSync(torture).filter((name) => name.endsWith('.dat'));
  expect(files.length).toBeGreaterThan(40);
  for (const file of files) receive(scene, readFileSync(new URL(file, torture)));
  scene.clock.advance(120_000);
  expect(scene.layer.size).toBe(0);
  expect(scene.clock.pending).toBe(0);
});

test('responses that nobody asked for change nothing', () => {
  const scene = newScene();
  const listener = new Listener(scene.clock);
  for (const status of [100, 180, 200, 302, 486, 699]) {
    receive(scene, writeMessage(createResponse(incoming('INVITE'), status)));
  }
  expect(scene.layer.size).toBe(0);
  expect(listener.statuses).toEqual([]);
  expect(scene.network.sent).toEqual([]);
});

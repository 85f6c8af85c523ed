import fc from 'fast-check';
import {expect, test} from 'vitest';
import {CallScene} from './scene.ts';
import {sdp} from './scripted-peer.ts';

/** Every message of a call with hold, a digit and a BYE, as text. */
async function messagesOfACall(): Promise<string[]> {
  const scene = new CallScene();
  const peer = scene.peer();
  scene.tesla.onCall = (call) => {
    call.ring();
    call.answer(scene.tesla.listener);
  };
  await peer.ask('INVITE', 1, {body: sdp('192.0.2.9', 7000)});
  const dialog = peer.response(200);
  await peer.ask('ACK', 1, {dialog});
  await peer.ask('INVITE', 2, {dialog, body: sdp('192.0.2.9', 7000, 'a=sendonly')});
  await peer.ask('ACK', 2, {dialog});
  const body = new TextEncoder().encode('Signal=7\r\n');
  await peer.ask('INFO', 3, {dialog, body, type: 'application/dtmf-relay'});
  await peer.ask('BYE', 4, {dialog});
  return scene.network.sent.map(({text}) => text);
}

const edit = fc.record({
  at: fc.double({min: 0, max: 1, noNaN: true}),
  remove: fc.nat(12),
  insert: fc.oneof(
    fc.string({maxLength: 6}),
    fc.constantFrom('\r\n', ';', '"', '<', '>', ':', '0', '-1', '99999999999', ' '),
  ),
});

test('altered messages in any order never throw, and leave no more than a bounded rest', async () => {
  const messages = await messagesOfACall();
  const message = fc.record({
    text: fc.constantFrom(...messages),
    edits: fc.array(edit, {maxLength: 3}),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(message, {minLength: 1, maxLength: 12}), async (sent) => {
      const scene = new CallScene();
      const {tesla} = scene;
      tesla.onCall = (call) => call.answer(tesla.listener);
      const stranger = scene.network.open('192.0.2.66');
      for (const {text, edits} of sent) {
        let altered = text;
        for (const {at, remove, insert} of edits) {
          const index = Math.floor(at * altered.length);
          altered = altered.slice(0, index) + insert + altered.slice(index + remove);
        }
        stranger.send(Buffer.from(altered), {transport: 'UDP', address: '192.0.2.1', port: 5060});
        await scene.pass(100);
      }
      for (const call of tesla.incoming) call.hangUp();
      await scene.pass(200_000);
      expect([tesla.leftovers, scene.clock.pending]).toEqual([0, 0]);
    }),
    {numRuns: 100},
  );
});

test('a flood of calls from strangers does not touch the call that is up', async () => {
  const scene = new CallScene();
  const {tesla, marconi} = scene;
  marconi.onCall = (call) => call.answer(marconi.listener);
  const call = marconi.call('192.0.2.1');
  tesla.onCall = (incoming) => {
    if (incoming.caller.address === '192.0.2.2') incoming.answer(tesla.listener);
  };
  await scene.settle();
  const stranger = scene.peer();
  for (let count = 0; count < 500; count++) {
    void stranger.ask('INVITE', 1, {callId: `flood-${count}`, body: sdp('192.0.2.9', 7000)});
  }
  await scene.pass(1000);
  expect(tesla.incoming.length).toBeLessThanOrEqual(8);
  expect(tesla.agent.size).toBeLessThanOrEqual(16);
  call.hangUp();
  await scene.pass(1000);
  expect(tesla.told).toEqual(['answered 192.0.2.2:60000 sendrecv', 'ended hung-up-there']);
});

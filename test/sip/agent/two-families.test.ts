import {expect, test} from 'vitest';
import {CallScene} from './scene.ts';
import {sdp} from './scripted-peer.ts';

/** Sound on IPv4 and IPv6, whichever of them SIP goes by. */

const here = '192.0.2.1';
const hereToo = '2001:db8::11';

/** Tesla, who has an IPv6 address as well where the test says so, and a peer. */
function scene({both}: {both: boolean}) {
  const made = new CallScene();
  if (both) made.network.otherFamily.set(here, hereToo);
  return {scene: made, peer: made.peer()};
}

function connection({body}: {readonly body: Uint8Array}): string | undefined {
  return /^c=(.*)$/m.exec(new TextDecoder().decode(body))?.[1]?.trim();
}

test('who refuses sound on our family is offered the other one, once', async () => {
  const {scene: made, peer} = scene({both: true});
  made.tesla.call('192.0.2.9');
  await made.settle();
  const first = peer.request('INVITE');
  expect(connection(first)).toBe(`IN IP4 ${here}`);
  await peer.respond(first, 488);
  const second = peer.request('INVITE');
  expect(connection(second)).toBe(`IN IP6 ${hereToo}`);
  expect([second.callId, second.cseq.number]).toEqual([first.callId, first.cseq.number + 1]);
  expect(made.tesla.ports.map(({closed}) => closed)).toEqual([true, false]);
  await peer.respond(second, 488);
  expect(peer.kinds.filter((kind) => kind === 'INVITE')).toHaveLength(2);
  expect(made.tesla.told).toEqual(['ended failed']);
  await made.pass(64_000);
  expect(made.tesla.leftovers).toBe(0);
});

test('who takes the other family is talked with on it', async () => {
  const {scene: made, peer} = scene({both: true});
  made.tesla.call('192.0.2.9');
  await made.settle();
  await peer.respond(peer.request('INVITE'), 488);
  await peer.respond(peer.request('INVITE'), 200, {body: sdp('2001:db8::9', 7000)});
  expect(made.tesla.told).toEqual(['answered 2001:db8::9:7000 sendrecv']);
});

test('where there is one family only, refused is refused', async () => {
  const {scene: made, peer} = scene({both: false});
  made.tesla.call('192.0.2.9');
  await made.settle();
  await peer.respond(peer.request('INVITE'), 488);
  expect(peer.kinds.filter((kind) => kind === 'INVITE')).toHaveLength(1);
  expect(made.tesla.told).toEqual(['ended failed']);
});

test('hung up while the other family is being offered: nothing more is sent', async () => {
  const {scene: made, peer} = scene({both: true});
  const call = made.tesla.call('192.0.2.9');
  await made.settle();
  const refused = peer.respond(peer.request('INVITE'), 488);
  call.hangUp();
  await refused;
  await made.pass(64_000);
  expect(peer.kinds.filter((kind) => kind === 'INVITE')).toHaveLength(1);
  expect(made.tesla.leftovers).toBe(0);
});

test('an offer of sound on the other family is answered on that family', async () => {
  const {scene: made, peer} = scene({both: true});
  made.tesla.onCall = (call) => call.answer(made.tesla.listener);
  await peer.ask('INVITE', 1, {body: sdp('2001:db8::9', 7000)});
  expect(connection(peer.response(200))).toBe(`IN IP6 ${hereToo}`);
  expect(made.tesla.told).toEqual(['answered 2001:db8::9:7000 sendrecv']);
});

test('an offer of sound where nothing listens here is refused: 488, and why', async () => {
  const {scene: made, peer} = scene({both: false});
  made.tesla.onCall = (call) => call.answer(made.tesla.listener);
  await peer.ask('INVITE', 1, {body: sdp('2001:db8::9', 7000)});
  expect(peer.response().status).toBe(488);
  expect(made.tesla.ends[0]?.text).toContain(
    'is on IPv6, where nothing listens here: only IPv4 is in sip.listen',
  );
  await made.pass(64_000);
  expect(made.tesla.leftovers).toBe(0);
});

test('an answer on the other family than our offer ends the call: its sound would go nowhere', async () => {
  const {scene: made, peer} = scene({both: false});
  made.tesla.call('192.0.2.9');
  await made.settle();
  await peer.respond(peer.request('INVITE'), 200, {body: sdp('2001:db8::9', 7000)});
  expect(made.tesla.ends[0]).toMatchObject({cause: 'failed'});
  expect(made.tesla.ends[0]?.text).toContain('2001:db8::9 cannot be reached from 192.0.2.1');
  await peer.respond(peer.request('BYE'), 200);
  await made.pass(64_000);
  expect(made.tesla.leftovers).toBe(0);
});

test('a re-INVITE that moves sound to the other family is refused; one that holds by :: is not', async () => {
  const {scene: made, peer} = scene({both: true});
  made.tesla.onCall = (call) => call.answer(made.tesla.listener);
  await peer.ask('INVITE', 1, {body: sdp('192.0.2.9', 7000)});
  const dialog = peer.response(200);
  await peer.ask('ACK', 1, {dialog});
  await peer.ask('INVITE', 2, {dialog, body: sdp('2001:db8::9', 7000)});
  expect(peer.response().status).toBe(488);
  await peer.ask('INVITE', 3, {dialog, body: sdp('::', 7000)});
  expect(peer.response().status).toBe(200);
  expect(made.tesla.told).toEqual(['answered 192.0.2.9:7000 sendrecv', 'updated :::7000 recvonly']);
});

test('an offer that holds by 0.0.0.0 or :: from the start is answered', async () => {
  for (const address of ['0.0.0.0', '::']) {
    const {scene: made, peer} = scene({both: false});
    made.tesla.onCall = (call) => call.answer(made.tesla.listener);
    await peer.ask('INVITE', 1, {body: sdp(address, 7000)});
    expect(connection(peer.response(200))).toBe(`IN IP4 ${here}`);
  }
});

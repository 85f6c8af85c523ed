import {expect, test} from 'vitest';
import {CallScene} from './scene.ts';
import {sdp} from './scripted-peer.ts';

/** RFC 3262 in fake time, both sides. */

const offer = sdp('192.0.2.9', 7000);
const reliable = {Require: '100rel'};

async function calling() {
  const scene = new CallScene();
  const peer = scene.peer();
  const call = scene.tesla.call('192.0.2.9');
  await scene.settle();
  const invite = peer.request('INVITE');
  const provisional = (status: number, sequence: number, body?: Uint8Array, tag = 'peer') =>
    peer.respond(invite, status, {
      tag,
      headers: {...reliable, RSeq: String(sequence)},
      ...(body ? {body} : {}),
    });
  const acknowledgements = () => peer.arrived.flatMap(({headers}) => headers.get('RAck') ?? []);
  return {scene, peer, call, invite, provisional, acknowledgements};
}

/** A scripted peer calls with Require: 100rel, and Tesla rings. */
async function ringing(content: {body?: Uint8Array} = {body: offer}) {
  const scene = new CallScene();
  const peer = scene.peer();
  scene.tesla.onCall = (call) => call.ring();
  await peer.ask('INVITE', 1, {headers: reliable, ...content});
  return {scene, peer};
}

test('each reliable response gets a PRACK of its own, in order; repetitions and gaps get none', async () => {
  const {scene, peer, invite, provisional, acknowledgements} = await calling();
  expect(invite.headers.list('Supported')).toContain('100rel');
  await provisional(180, 7);
  const prack = peer.request('PRACK');
  expect(prack.cseq.number).toBe(invite.cseq.number + 1);
  expect(prack.to.tag).toBe('peer');
  await peer.respond(prack, 200);
  await provisional(180, 7);
  await provisional(183, 9, offer);
  expect(scene.tesla.told).toEqual(['ringing']);
  await provisional(180, 8);
  expect(acknowledgements()).toEqual(['7 1 INVITE', '8 1 INVITE']);
  expect(scene.tesla.told).toEqual(['ringing', 'ringing']);
});

test('branches of a fork count by themselves', async () => {
  const {provisional, acknowledgements} = await calling();
  await provisional(180, 7, undefined, 'one');
  await provisional(180, 100, undefined, 'two');
  expect(acknowledgements()).toEqual(['7 1 INVITE', '100 1 INVITE']);
});

test('a flood of reliable responses gets no flood of PRACKs', async () => {
  const {provisional, acknowledgements} = await calling();
  for (let count = 1; count <= 100; count++) await provisional(180, count);
  expect(acknowledgements()).toHaveLength(64);
});

test('an unreliable response gets no PRACK, nor one without RSeq', async () => {
  const {peer, invite} = await calling();
  await peer.respond(invite, 180);
  await peer.respond(invite, 183, {headers: reliable});
  expect(peer.kinds).toEqual(['INVITE']);
});

test('the answer of a reliable 183 is final: UPDATE may follow, and the SDP of the 200 does not count', async () => {
  const {scene, peer, invite, provisional} = await calling();
  await provisional(183, 1, offer);
  expect(scene.tesla.told).toEqual(['early media']);
  await peer.respond(peer.request('PRACK'), 200);
  await peer.ask('UPDATE', 1, {dialog: invite, body: sdp('192.0.2.9', 7010)});
  expect(peer.response().status).toBe(200);
  expect(new TextDecoder().decode(peer.response().body)).toMatch('m=audio');
  expect(scene.tesla.ports[0]?.streams.at(-1)?.remote.port).toBe(7010);
  await peer.respond(invite, 200, {body: sdp('192.0.2.9', 7020)});
  expect(scene.tesla.told.at(-1)).toBe('answered 192.0.2.9:7010 sendrecv');
});

test('UPDATE with an offer in another branch than the one that answered waits', async () => {
  const {peer, invite, provisional} = await calling();
  await provisional(183, 1, offer, 'one');
  await provisional(180, 1, undefined, 'two');
  await peer.ask('UPDATE', 1, {dialog: invite, tag: 'two', body: sdp('192.0.2.9', 7010)});
  expect(peer.response().status).toBe(491);
});

test('a branch of a fork whose answer was reliable needs none in its 200, whatever the others said since', async () => {
  const {scene, peer, invite, provisional} = await calling();
  await provisional(183, 1, sdp('192.0.2.9', 7100), 'one');
  await provisional(183, 1, sdp('192.0.2.9', 7200), 'two');
  await peer.respond(invite, 183, {tag: 'three', body: sdp('192.0.2.9', 7300)});
  await peer.respond(invite, 200, {tag: 'one'});
  expect(scene.tesla.told.at(-1)).toBe('answered 192.0.2.9:7100 sendrecv');
  expect(scene.tesla.ports[0]?.streams.at(-1)?.remote.port).toBe(7100);
});

test('180 is repeated at T1 and doubling intervals until PRACK confirms it, which then is no news', async () => {
  const {scene, peer} = await ringing();
  const first = peer.response(180);
  expect(first.headers.list('Require')).toEqual(['100rel']);
  const sequence = Number(first.headers.get('RSeq'));
  expect(sequence).toBeGreaterThan(0);
  await scene.pass(1_600);
  expect(peer.kinds).toEqual([180, 180, 180]);
  await peer.ask('PRACK', 2, {dialog: first, headers: {RAck: `${sequence + 1} 1 INVITE`}});
  expect(peer.response().status).toBe(481);
  await peer.ask('PRACK', 3, {dialog: first, headers: {RAck: `${sequence} 1 INVITE`}});
  expect(peer.response().status).toBe(200);
  await peer.ask('PRACK', 4, {dialog: first, headers: {RAck: `${sequence} 1 INVITE`}});
  expect(peer.response().status).toBe(481);
  await scene.pass(55_000);
  expect(peer.kinds.filter((kind) => kind === 180)).toHaveLength(3);
  await scene.pass(5_000);
  expect(peer.response(180).headers.get('RSeq')).toBe(String(sequence + 1));
});

test('a PRACK that never comes: 504 after 64*T1', async () => {
  const {scene, peer} = await ringing();
  await scene.pass(32_000);
  expect(peer.kinds.at(-1)).toBe(504);
  expect(scene.tesla.told).toEqual(['gave up failed']);
  await peer.ask('ACK', 1, {dialog: peer.response(504)});
  await scene.pass(70_000);
  expect([scene.tesla.leftovers, scene.clock.pending]).toEqual([0, 0]);
});

test('answering stops the repetition; a PRACK that was under way is still answered', async () => {
  const {scene, peer} = await ringing();
  const first = peer.response(180);
  scene.tesla.incoming[0]?.answer(scene.tesla.listener);
  await scene.settle();
  await peer.ask('ACK', 1, {dialog: first});
  await scene.pass(40_000);
  expect(peer.kinds).toEqual([180, 200]);
  await peer.ask('PRACK', 2, {dialog: first, headers: {RAck: `${first.headers.get('RSeq')} 1 INVITE`}});
  expect(peer.response().status).toBe(200);
});

test('an INVITE without an offer is not told of the ringing, for that would need one', async () => {
  const {peer} = await ringing({});
  expect(peer.kinds).toEqual([]);
});

test('a PRACK that confirms nothing is 481: in a call, on the calling side, and outside of any dialog', async () => {
  const {peer, invite, provisional} = await calling();
  await provisional(180, 1);
  await peer.ask('PRACK', 1, {dialog: invite, headers: {RAck: '1 1 INVITE'}});
  expect(peer.response().status).toBe(481);
  await peer.respond(invite, 200, {body: offer});
  await peer.ask('PRACK', 2, {dialog: invite, headers: {RAck: '1 1 INVITE'}});
  expect(peer.response().status).toBe(481);
  await peer.ask('PRACK', 1, {headers: {RAck: '1 1 INVITE'}});
  expect(peer.response().status).toBe(481);
});

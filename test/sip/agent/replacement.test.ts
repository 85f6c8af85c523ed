import {expect, test} from 'vitest';
import {CallScene} from './scene.ts';
import {type ScriptedPeer, sdp} from './scripted-peer.ts';

/** A scripted peer talks with Tesla, who answers all; another one wants to take that call over. */
async function talking() {
  const all = new CallScene();
  const {tesla} = all;
  tesla.onCall = (call) => call.answer(tesla.listener);
  const peer = all.peer();
  const other = all.peer('192.0.2.8');
  await peer.ask('INVITE', 1, {body: sdp('192.0.2.9', 7000)});
  const answer = peer.response(200);
  await peer.ask('ACK', 1, {dialog: answer});
  const replaces = `${answer.callId};to-tag=${answer.to.tag};from-tag=peer`;
  return {all, tesla, peer, other, answer, replaces};
}

async function invite(other: ScriptedPeer, replaces: string, cseq = 1) {
  await other.ask('INVITE', cseq, {
    body: sdp('192.0.2.8', 8000),
    callId: 'newcomer',
    headers: {Replaces: replaces, Require: 'replaces'},
  });
  return other.response();
}

test('a call names the one that it takes the place of; who answers it ends that one', async () => {
  const {all, tesla, peer, other, answer, replaces} = await talking();
  expect(answer.headers.list('Supported')).toContain('replaces');
  expect(answer.headers.list('Allow')).toContain('REFER');
  const accepted = await invite(other, replaces);
  expect(accepted.status).toBe(200);
  await other.ask('ACK', 1, {dialog: accepted});
  const [old, newcomer] = tesla.incoming;
  expect([old?.replaces, newcomer?.replaces]).toEqual([undefined, old]);
  newcomer!.replaces!.hangUp();
  await all.settle();
  await peer.respond(peer.request('BYE'), 200);
  expect([old!.state, newcomer!.state]).toEqual(['ended', 'talking']);
});

test('both tags must fit, each on its side', async () => {
  const {other, answer, replaces} = await talking();
  const tag = answer.to.tag;
  for (const [index, wrong] of [
    `${answer.callId};to-tag=peer;from-tag=${tag}`,
    `${answer.callId};to-tag=${tag};from-tag=0`,
    `x${replaces}`,
  ].entries()) {
    expect((await invite(other, wrong, index + 1)).status).toBe(481);
  }
});

test('early-only: 486 where it is answered', async () => {
  const {tesla, other, replaces} = await talking();
  expect((await invite(other, `${replaces};early-only`)).status).toBe(486);
  expect(tesla.incoming).toHaveLength(1);
});

test('603 where it is over: while its BYE is under way, and after', async () => {
  const {all, tesla, peer, other, replaces} = await talking();
  tesla.incoming[0]!.hangUp();
  expect((await invite(other, replaces)).status).toBe(603);
  await peer.respond(peer.request('BYE'), 200);
  await all.pass(40_000);
  await other.ask('INVITE', 2, {body: sdp('192.0.2.8', 8000), headers: {Replaces: replaces}});
  expect(other.response().status).toBe(603);
});

test('481 for a call that rings here, and for what is no call', async () => {
  const all = new CallScene();
  const {tesla} = all;
  tesla.onCall = (call) => call.ring();
  tesla.agent.onSubscribe = () => true;
  const peer = all.peer();
  const other = all.peer('192.0.2.8');
  await peer.ask('INVITE', 1, {body: sdp('192.0.2.9', 7000)});
  const ringing = peer.response(180);
  expect((await invite(other, `${ringing.callId};to-tag=${ringing.to.tag};from-tag=peer`)).status).toBe(481);
  await peer.ask('SUBSCRIBE', 1, {callId: 'watching', headers: {Event: 'dialog'}});
  const watching = peer.response(200);
  await other.ask('INVITE', 2, {
    body: sdp('192.0.2.8', 8000),
    headers: {Replaces: `watching;to-tag=${watching.to.tag};from-tag=peer`},
  });
  expect(other.response().status).toBe(481);
});

test('a phone that rings for us may be picked up elsewhere, also with early-only', async () => {
  const all = new CallScene();
  const {tesla} = all;
  tesla.onCall = (call) => call.answer(tesla.listener);
  const peer = all.peer();
  const other = all.peer('192.0.2.8');
  const call = tesla.call('sip:peer@192.0.2.9');
  await all.settle();
  const ours = peer.request('INVITE');
  await peer.respond(ours, 180);
  expect(
    (await invite(other, `${ours.callId};to-tag=${ours.from.tag};from-tag=peer;early-only`)).status,
  ).toBe(200);
  expect(tesla.incoming[0]?.replaces).toBe(call);
  call.hangUp('answered-elsewhere');
  await all.settle();
  expect(peer.request('CANCEL').headers.get('Reason')).toMatch(/cause=200/);
});

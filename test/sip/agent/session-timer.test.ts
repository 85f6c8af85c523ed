import {expect, test} from 'vitest';
import {CallScene} from './scene.ts';
import {sdp} from './scripted-peer.ts';

/** RFC 4028 and RFC 3311, in fake time: who refreshes, how, and what becomes of a session that nobody refreshes. */

const timer = {Supported: 'timer', 'Session-Expires': '90'};

/** Tesla calls a scripted peer, whose 200 has these headers. */
async function called(headers: Record<string, string>) {
  const scene = new CallScene();
  const peer = scene.peer();
  const call = scene.tesla.call('192.0.2.9');
  await scene.settle();
  const invite = peer.request('INVITE');
  await peer.respond(invite, 200, {headers, body: sdp('192.0.2.9', 7000)});
  return {scene, peer, call, invite};
}

/** A scripted peer calls Tesla, who answers at once. */
async function answered(headers: Record<string, string>) {
  const scene = new CallScene();
  const peer = scene.peer();
  scene.tesla.onCall = (call) => call.answer(scene.tesla.listener);
  const invite = await peer.ask('INVITE', 1, {headers, body: sdp('192.0.2.9', 7000)});
  const answer = peer.response(200);
  await peer.ask('ACK', 1, {dialog: answer});
  return {scene, peer, invite, answer};
}

function bodyOf({body}: {readonly body: Uint8Array}): string {
  return new TextDecoder().decode(body);
}

async function expectNothingLeft(scene: CallScene): Promise<void> {
  await scene.pass(70_000);
  expect([scene.tesla.leftovers, scene.clock.pending]).toEqual([0, 0]);
}

test('a call offers 1800 s; where the other side allows UPDATE it is refreshed so after half of them', async () => {
  const {scene, peer, call, invite} = await called({
    'Session-Expires': '1800;refresher=uac',
    Allow: 'INVITE, ACK, BYE, CANCEL, UPDATE',
  });
  expect(invite.headers.list('Supported')).toContain('timer');
  expect(invite.headers.get('Session-Expires')).toBe('1800');
  await scene.pass(899_000);
  expect(peer.kinds).toEqual(['INVITE', 'ACK']);
  await scene.pass(1_000);
  const update = peer.request('UPDATE');
  expect(update.body).toHaveLength(0);
  expect(update.headers.get('Session-Expires')).toBe('1800;refresher=uac');
  expect(update.contact).toBeDefined();
  await peer.respond(update, 200, {headers: {'Session-Expires': '1800;refresher=uac'}});
  await scene.pass(1_700_000);
  expect(peer.kinds.filter((kind) => kind === 'UPDATE').length).toBeGreaterThan(1);
  call.hangUp();
  await scene.settle();
  await peer.respond(peer.request('BYE'), 200);
  await expectNothingLeft(scene);
});

test('without UPDATE by a re-INVITE whose SDP is the same to the last byte; told again, the stream is the same', async () => {
  const {scene, peer, invite} = await called({'Session-Expires': '90;refresher=uac'});
  await scene.pass(45_000);
  const again = peer.request('INVITE');
  expect(again.cseq.number).toBe(invite.cseq.number + 1);
  expect(bodyOf(again)).toBe(bodyOf(invite));
  await peer.respond(again, 200, {
    headers: {'Session-Expires': '90;refresher=uac'},
    body: sdp('192.0.2.9', 7000),
  });
  expect(peer.request('ACK').cseq.number).toBe(again.cseq.number);
  expect(scene.tesla.told).toEqual(['answered 192.0.2.9:7000 sendrecv', 'updated 192.0.2.9:7000 sendrecv']);
  await scene.pass(44_000);
  expect(scene.tesla.told.at(-1)).not.toMatch('ended');
});

test('an answer is repeated as it was when the called side refreshes', async () => {
  const {scene, peer, answer} = await answered({...timer, 'Session-Expires': '90;refresher=uas'});
  expect(answer.headers.get('Session-Expires')).toBe('90;refresher=uas');
  await scene.pass(45_000);
  expect(bodyOf(peer.request('INVITE'))).toBe(bodyOf(answer));
});

test('a session that the other side does not refresh ends by BYE, a third of the interval before its end', async () => {
  const {scene, peer, answer} = await answered(timer);
  expect(answer.headers.get('Session-Expires')).toBe('90;refresher=uac');
  expect(answer.headers.get('Require')).toBe('timer');
  await scene.pass(40_000);
  await peer.ask('UPDATE', 2, {dialog: answer, headers: timer});
  expect(peer.response().headers.get('Session-Expires')).toBe('90;refresher=uac');
  await scene.pass(59_000);
  expect(peer.kinds).not.toContain('BYE');
  await scene.pass(1_000);
  expect(scene.tesla.ends[0]).toMatchObject({cause: 'failed', text: expect.stringMatching(/session timer/)});
  await peer.respond(peer.request('BYE'), 200);
  await expectNothingLeft(scene);
});

test('a caller without timers and without a wish for them gets none', async () => {
  const {scene, answer} = await answered({});
  expect(answer.headers.get('Session-Expires')).toBeUndefined();
  await scene.pass(10_000_000);
  expect(scene.tesla.told).toEqual(['answered 192.0.2.9:7000 sendrecv']);
});

test('an interval that a proxy asks for a caller that knows no timers is kept from here', async () => {
  const {answer} = await answered({'Session-Expires': '30', 'Min-SE': '120'});
  expect(answer.headers.get('Session-Expires')).toBe('120;refresher=uas');
  expect(answer.headers.get('Require')).toBeUndefined();
});

test('an interval that is too short is refused: 422 with Min-SE, before and in a dialog', async () => {
  const scene = new CallScene();
  const peer = scene.peer();
  const headers = {Supported: 'timer', 'Session-Expires': '89'};
  await peer.ask('INVITE', 1, {headers, body: sdp('192.0.2.9', 7000)});
  expect(peer.response().status).toBe(422);
  expect(peer.response().headers.get('Min-SE')).toBe('90');
  const call = await answered(timer);
  await call.peer.ask('UPDATE', 2, {dialog: call.answer, headers});
  expect(call.peer.response().status).toBe(422);
});

test('a call that is answered 422 is placed again with the interval asked for, but not for ever', async () => {
  const scene = new CallScene();
  const peer = scene.peer();
  scene.tesla.call('192.0.2.9');
  await scene.settle();
  const first = peer.request('INVITE');
  await peer.respond(first, 422, {headers: {'Min-SE': '3600'}});
  const second = peer.request('INVITE');
  expect(second.callId).toBe(first.callId);
  expect(second.cseq.number).toBe(first.cseq.number + 1);
  expect(second.headers.get('Session-Expires')).toBe('3600');
  expect(second.headers.get('Min-SE')).toBe('3600');
  await peer.respond(second, 422, {headers: {'Min-SE': '3600'}});
  expect(scene.tesla.told).toEqual(['ended failed']);
  await expectNothingLeft(scene);
});

test('a refresh that is answered 422 is sent again with the interval asked for', async () => {
  const {peer, scene} = await called({'Session-Expires': '90;refresher=uac', Allow: 'UPDATE'});
  await scene.pass(45_000);
  await peer.respond(peer.request('UPDATE'), 422, {headers: {'Min-SE': '2400'}});
  expect(peer.request('UPDATE').headers.get('Session-Expires')).toBe('2400;refresher=uac');
});

test.each([
  [408, 'failed'],
  [481, 'failed'],
])('a refresh that is answered %i ends the session', async (status, cause) => {
  const {peer, scene} = await called({'Session-Expires': '90;refresher=uac', Allow: 'UPDATE'});
  await scene.pass(45_000);
  await peer.respond(peer.request('UPDATE'), status);
  expect(scene.tesla.ends[0]).toMatchObject({cause});
  await peer.respond(peer.request('BYE'), 200);
  await expectNothingLeft(scene);
});

test('a refresh that nobody answers: the session ends when it expires', async () => {
  const {peer, scene} = await called({'Session-Expires': '90;refresher=uac'});
  await scene.pass(60_000);
  expect(scene.tesla.told.at(-1)).toBe('ended failed');
  await peer.respond(peer.request('BYE'), 200);
  await expectNothingLeft(scene);
});

test('whoever asks for ever longer intervals, or for a try at once and again, does not have the station try for ever', async () => {
  const {scene, peer} = await called({'Session-Expires': '1800;refresher=uac', Allow: 'UPDATE'});
  const updates = () => peer.kinds.filter((kind) => kind === 'UPDATE').length;
  await scene.pass(900_000);
  await peer.respond(peer.request('UPDATE'), 500, {headers: {'Retry-After': '0'}});
  expect(updates()).toBe(1);
  await scene.pass(1_000);
  expect(updates()).toBe(2);
  for (let least = 2000; least < 2010; least++) {
    await peer.respond(peer.request('UPDATE'), 422, {headers: {'Min-SE': String(least)}});
  }
  expect(updates()).toBe(5);
});

test('an UPDATE that is refused is followed by a re-INVITE', async () => {
  const {peer, scene} = await called({'Session-Expires': '90;refresher=uac', Allow: 'UPDATE'});
  await scene.pass(45_000);
  await peer.respond(peer.request('UPDATE'), 405);
  expect(peer.kinds.slice(2)).toEqual(['UPDATE', 'INVITE']);
});

test('glare: both re-INVITEs get 491; who made the Call-ID tries again after 2.1 to 4 s', async () => {
  const {peer, scene, invite} = await called({'Session-Expires': '900;refresher=uac'});
  await scene.pass(450_000);
  const ours = peer.request('INVITE');
  await peer.ask('INVITE', 1, {dialog: invite, body: sdp('192.0.2.9', 7002)});
  expect(peer.response().status).toBe(491);
  await peer.respond(ours, 491);
  await scene.pass(2_099);
  expect(peer.request('INVITE')).toBe(ours);
  await scene.pass(1_902);
  expect(peer.request('INVITE').cseq.number).toBe(ours.cseq.number + 1);
});

test('glare: the other side tries again within 2 s', async () => {
  const {scene, peer} = await answered({...timer, 'Session-Expires': '900;refresher=uas'});
  await scene.pass(450_000);
  const ours = peer.request('INVITE');
  await peer.respond(ours, 491);
  await scene.pass(2_001);
  expect(peer.request('INVITE').cseq.number).toBe(ours.cseq.number + 1);
});

test('a re-INVITE that is answered after hanging up is acknowledged all the same', async () => {
  const {scene, peer, call} = await called({'Session-Expires': '90;refresher=uac'});
  await scene.pass(45_000);
  const ours = peer.request('INVITE');
  await peer.respond(ours, 100);
  call.hangUp();
  await scene.settle();
  await peer.respond(peer.request('BYE'), 200);
  await peer.respond(ours, 200, {body: sdp('192.0.2.9', 7000)});
  expect(peer.request('ACK').cseq.number).toBe(ours.cseq.number);
  await expectNothingLeft(scene);
});

test('UPDATE with an offer changes the stream; a useless offer changes nothing', async () => {
  const {scene, peer, answer} = await answered({});
  await peer.ask('UPDATE', 2, {dialog: answer, body: sdp('192.0.2.9', 7002, 'a=sendonly')});
  expect(peer.response().status).toBe(200);
  expect(bodyOf(peer.response())).toMatch('a=recvonly');
  expect(scene.tesla.told.at(-1)).toBe('updated 192.0.2.9:7002 recvonly');
  await peer.ask('UPDATE', 3, {dialog: answer, body: sdp('239.1.1.1', 7002)});
  expect(peer.response().status).toBe(488);
  await peer.ask('UPDATE', 4, {dialog: answer, body: new Uint8Array([1]), type: 'text/plain'});
  expect(peer.response().status).toBe(415);
  expect(scene.tesla.told).toHaveLength(2);
});

test('UPDATE before the answer: an offer must wait, a new target is taken', async () => {
  const {scene, peer, status} = await ringing();
  expect(await status({body: sdp('192.0.2.9', 7002)})).toBe(500);
  expect(peer.response().headers.get('Retry-After')).toMatch(/^\d+$/);
  expect(await status({})).toBe(200);
  const caller = new CallScene();
  const called = caller.peer();
  caller.tesla.call('192.0.2.9');
  await caller.settle();
  await called.respond(called.request('INVITE'), 180);
  await called.ask('UPDATE', 1, {dialog: called.request('INVITE'), body: sdp('192.0.2.9', 7002)});
  expect(called.response().status).toBe(491);
  expect(scene.tesla.told).toEqual([]);
});

/** A scripted peer calls Tesla, who rings. */
async function ringing() {
  const scene = new CallScene();
  const peer = scene.peer();
  scene.tesla.onCall = (call) => call.ring();
  await peer.ask('INVITE', 1, {body: sdp('192.0.2.9', 7000)});
  const dialog = peer.response(180);
  let sequence = 1;
  const status = async (content: {body?: Uint8Array}) => {
    await peer.ask('UPDATE', ++sequence, {dialog, ...content});
    return peer.response().status;
  };
  return {scene, peer, status};
}

import {expect, test} from 'vitest';
import {CallScene} from './scene.ts';
import {type ScriptedPeer, sdp} from './scripted-peer.ts';

const answer = sdp('192.0.2.9', 7000);

/** Tesla has called a scripted peer at 192.0.2.9; another one is at 192.0.2.10. */
async function calling() {
  const scene = new CallScene();
  const [peer, other] = [scene.peer(), scene.peer('192.0.2.10')];
  const call = scene.tesla.call('sip:peer@192.0.2.9');
  await scene.settle();
  return {scene, peer, other, call};
}

/** Answers the last INVITE of `peer` with a 3xx. */
function redirect(peer: ScriptedPeer, contact: string, status = 302): Promise<void> {
  return peer.respond(peer.request('INVITE'), status, {headers: {Contact: contact}});
}

async function expectNothingLeft(scene: CallScene): Promise<void> {
  await scene.pass(70_000);
  expect([scene.tesla.leftovers, scene.clock.pending]).toEqual([0, 0]);
}

test('who is reached by maddr is not believed to be who is named before it', async () => {
  const scene = new CallScene();
  const peer = scene.peer();
  const call = scene.tesla.call('192.0.2.9');
  await scene.settle();
  const headers = {Contact: '<sip:101@lab.high-voltage.org;maddr=192.0.2.9>'};
  await peer.respond(peer.request('INVITE'), 302, {headers});
  await scene.settle();
  expect(peer.request('INVITE').requestUri).toBe('sip:101@lab.high-voltage.org;maddr=192.0.2.9');
  expect(call.party).toMatchObject({user: undefined, host: '192.0.2.9'});
});

test('a 302 is followed: same Call-ID, From and To, the next CSeq, a new branch and Request-URI', async () => {
  const {scene, peer, other, call} = await calling();
  await redirect(peer, '"Bob" <sip:bob@192.0.2.10;method=INVITE;user=phone?Subject=x>;expires=60');
  expect(peer.kinds).toEqual(['INVITE', 'ACK']);
  const [first, second] = [peer.request('INVITE'), other.request('INVITE')];
  expect(second.requestUri).toBe('sip:bob@192.0.2.10;user=phone');
  for (const name of ['Call-ID', 'From', 'To']) {
    expect(second.headers.get(name)).toBe(first.headers.get(name));
  }
  expect([first.cseq.number, second.cseq.number]).toEqual([1, 2]);
  expect(second.via.branch).not.toBe(first.via.branch);
  expect(second.body.length).toBeGreaterThan(0);
  await other.respond(second, 200, {body: answer});
  expect(scene.tesla.told).toEqual(['answered 192.0.2.9:7000 sendrecv']);
  expect(call.party).toMatchObject({user: 'bob', host: '192.0.2.10', address: '192.0.2.10'});
  expect(scene.tesla.ports).toHaveLength(1);
  call.hangUp();
  await scene.settle();
  await other.respond(other.request('BYE'), 200);
  await expectNothingLeft(scene);
});

test('several Contacts are tried by falling q, until one answers; others than SIP are passed over', async () => {
  const {scene, peer, other} = await calling();
  await redirect(
    peer,
    '<sip:c@192.0.2.10>;q=0.1, <tel:+15551234>, <sip:a@192.0.2.10>, <sip:b@192.0.2.10>;q=0.5',
  );
  const tried: string[] = [];
  for (const status of [486, 404, 603]) {
    tried.push(other.request('INVITE').requestUri);
    await other.respond(other.request('INVITE'), status);
  }
  expect(tried).toEqual(['sip:a@192.0.2.10', 'sip:b@192.0.2.10', 'sip:c@192.0.2.10']);
  expect(scene.tesla.told).toEqual(['ended refused']);
  expect(scene.tesla.ends[0]?.text).toBe('c@192.0.2.10 declined the call (603 Decline)');
  await expectNothingLeft(scene);
});

test('a 6xx ends the call although others could be tried', async () => {
  const {scene, peer, other} = await calling();
  await redirect(peer, '<sip:a@192.0.2.10>, <sip:b@192.0.2.10>;q=0.5');
  await other.respond(other.request('INVITE'), 600);
  expect(scene.tesla.told).toEqual(['ended busy']);
  await expectNothingLeft(scene);
});

test('phones that redirect to each other end the call', async () => {
  const {scene, peer, other} = await calling();
  await redirect(peer, '<sip:bob@192.0.2.10>');
  await redirect(other, '<sip:peer@192.0.2.9>');
  expect(scene.tesla.ends).toEqual([
    {
      cause: 'failed',
      status: 302,
      text: 'bob@192.0.2.10 has moved, and could not be followed (302 Moved Temporarily)',
    },
  ]);
  await expectNothingLeft(scene);
});

test('a call is sent on five times at most', async () => {
  const {scene, peer} = await calling();
  for (let count = 0; count < 8; count++) {
    await redirect(peer, `<sip:peer${count}@192.0.2.9>`);
  }
  expect(peer.kinds.filter((kind) => kind === 'INVITE')).toHaveLength(6);
  expect(scene.tesla.told).toEqual(['ended failed']);
  await expectNothingLeft(scene);
});

test('305 goes through the proxy, to the same Request-URI', async () => {
  const {scene, peer, other} = await calling();
  await redirect(peer, '<sip:192.0.2.10;lr>', 305);
  expect(other.request('INVITE').requestUri).toBe('sip:peer@192.0.2.9');
  await other.respond(other.request('INVITE'), 200, {body: answer});
  expect(scene.tesla.told).toEqual(['answered 192.0.2.9:7000 sendrecv']);
});

test.each([
  ['no Contact', 302, ''],
  ['an alternative service', 380, '<sip:bob@192.0.2.10>'],
])('a 3xx with %s ends the call', async (_, status, contact) => {
  const {scene, peer} = await calling();
  await peer.respond(peer.request('INVITE'), status, contact ? {headers: {Contact: contact}} : {});
  expect(scene.tesla.told).toEqual(['ended failed']);
  await expectNothingLeft(scene);
});

test('hanging up between two targets, and while the second rings', async () => {
  const {scene, peer, call} = await calling();
  void redirect(peer, '<sip:bob@tower.radio.org>, <sip:carol@192.0.2.10>;q=0.2');
  scene.clock.advance(0);
  call.hangUp();
  await scene.settle();
  expect(scene.tesla.told).toEqual(['ended cancelled']);
  expect(peer.kinds).toEqual(['INVITE', 'ACK']);
  expect(scene.marconi.incoming).toHaveLength(0);
  await expectNothingLeft(scene);

  const second = await calling();
  await redirect(second.peer, '<sip:bob@192.0.2.10>');
  await second.other.respond(second.other.request('INVITE'), 180);
  second.call.hangUp();
  await second.scene.settle();
  expect(second.other.request('CANCEL').cseq.number).toBe(2);
  await second.other.respond(second.other.request('INVITE'), 487);
  await expectNothingLeft(second.scene);
});

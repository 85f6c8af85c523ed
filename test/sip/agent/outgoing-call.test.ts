import {expect, test} from 'vitest';
import {createResponse} from '../../../firmware/sip/message/create.ts';
import type {CallScene as Scene} from './scene.ts';
import {CallScene} from './scene.ts';
import {type ScriptedPeer, sdp} from './scripted-peer.ts';

const answer = sdp('192.0.2.9', 7000);

/** Tesla has called a scripted peer, whose INVITE has arrived. */
async function calling(): Promise<{
  scene: Scene;
  peer: ScriptedPeer;
  call: ReturnType<Scene['tesla']['call']>;
}> {
  const scene = new CallScene();
  const peer = scene.peer();
  const call = scene.tesla.call('192.0.2.9');
  await scene.settle();
  return {scene, peer, call};
}

/** The call is answered and acknowledged. */
async function talking() {
  const all = await calling();
  await all.peer.respond(all.peer.request('INVITE'), 200, {body: answer});
  return all;
}

async function expectNothingLeft(scene: Scene): Promise<void> {
  await scene.pass(70_000);
  expect([scene.tesla.leftovers, scene.clock.pending]).toEqual([0, 0]);
}

test('a cancelled call: CANCEL after the first provisional response, 487, nothing left', async () => {
  const {scene, peer, call} = await calling();
  call.hangUp();
  await scene.settle();
  expect(scene.tesla.told).toEqual(['ended cancelled']);
  expect(peer.kinds).toEqual(['INVITE']);
  await peer.respond(peer.request('INVITE'), 180);
  expect(peer.kinds).toEqual(['INVITE', 'CANCEL']);
  expect(peer.request('CANCEL').headers.get('Reason')).toBeUndefined();
  await peer.respond(peer.request('CANCEL'), 200);
  await peer.respond(peer.request('INVITE'), 487);
  expect(peer.kinds.at(-1)).toBe('ACK');
  await expectNothingLeft(scene);
  expect(scene.tesla.told).toEqual(['ended cancelled']);
});

test('a leg that lost says that the call was completed elsewhere', async () => {
  const {scene, peer, call} = await calling();
  await peer.respond(peer.request('INVITE'), 180);
  call.hangUp('answered-elsewhere');
  await scene.settle();
  expect(scene.tesla.told).toEqual(['ringing', 'ended answered-elsewhere']);
  expect(peer.request('CANCEL').headers.get('Reason')).toBe('SIP;cause=200;text="Call completed elsewhere"');
});

test('a 200 that crosses the CANCEL is acknowledged, then ended by BYE', async () => {
  const {scene, peer, call} = await calling();
  await peer.respond(peer.request('INVITE'), 180);
  call.hangUp();
  await scene.settle();
  await peer.respond(peer.request('INVITE'), 200, {body: answer});
  expect(peer.kinds).toEqual(['INVITE', 'CANCEL', 'ACK', 'BYE']);
  await peer.respond(peer.request('BYE'), 200);
  await expectNothingLeft(scene);
  expect(scene.tesla.told).toEqual(['ringing', 'ended cancelled']);
});

test('a cancelled INVITE that nobody ever answers is given up 64*T1 later', async () => {
  const {scene, peer, call} = await calling();
  await peer.respond(peer.request('INVITE'), 180);
  call.hangUp();
  await scene.pass(40_000);
  expect([scene.tesla.leftovers, scene.clock.pending]).toEqual([0, 0]);
});

test('hanging up before the INVITE has left sends nothing', async () => {
  const scene = new CallScene();
  const call = scene.tesla.call('tower.radio.org');
  call.hangUp();
  await scene.settle();
  expect(scene.tesla.told).toEqual(['ended cancelled']);
  expect(scene.wire).toEqual([]);
  expect(scene.tesla.leftovers).toBe(0);
});

const meanings: [number, string][] = [
  [486, 'busy'],
  [600, 'busy'],
  [603, 'refused'],
  [403, 'refused'],
  [401, 'refused'],
  [404, 'not-found'],
  [484, 'not-found'],
  [480, 'no-answer'],
  [408, 'no-answer'],
  [488, 'failed'],
  [302, 'failed'],
  [500, 'failed'],
  [503, 'unreachable'],
  [487, 'cancelled'],
];
test.each(meanings)('%i means %s', async (status, cause) => {
  const {scene, peer} = await calling();
  await peer.respond(peer.request('INVITE'), status);
  expect(scene.tesla.told).toEqual([`ended ${cause}`]);
  expect(scene.tesla.ends[0]).toMatchObject({cause, status});
  expect(scene.tesla.ends[0]?.text).toMatch(/^192\.0\.2\.9 .+/);
  expect(peer.kinds.at(-1)).toBe('ACK');
  await expectNothingLeft(scene);
});

test('what a refusal says for itself is shown without what would reach into a terminal', async () => {
  const {scene, peer} = await calling();
  const refusal = createResponse(peer.request('INVITE'), 603, 'Go\u001b[2Jaway\u202e', 'peer');
  refusal.headers.set('Warning', `399 peer "${'very '.repeat(100)}\u0007busy"`);
  await peer.send(refusal);
  const [end] = scene.tesla.ends;
  expect(end?.text).toMatch(/^192.0.2.9 declined the call \(603 Go\[2Jaway\): very very .*…$/);
  expect(end?.text.length).toBeLessThan(300);
});

test('an address where nobody is: unreachable after 32 s, in words that help', async () => {
  const scene = new CallScene();
  scene.tesla.call('192.0.2.77');
  await scene.pass(31_999);
  expect(scene.tesla.told).toEqual([]);
  await scene.pass(1);
  expect(scene.tesla.ends).toEqual([
    {
      cause: 'unreachable',
      text: '192.0.2.77 did not answer within 32 s (nothing came back: is it switched on, is the address right?)',
    },
  ]);
  await expectNothingLeft(scene);
});

test('no route, an unknown name and an unknown transport are told at once', async () => {
  const scene = new CallScene();
  scene.network.unreachable.add('198.51.100.1');
  scene.tesla.call('198.51.100.1');
  scene.tesla.call('sip:101@nowhere.example.org');
  scene.tesla.call('sip:101@192.0.2.9;transport=sctp');
  await scene.settle();
  expect(scene.tesla.ends.map(({cause, text}) => `${cause}: ${text}`).sort()).toEqual([
    'unreachable: 192.0.2.9 asks for SCTP, which cannot be used here: UDP, TCP, TLS can',
    'unreachable: no route to 198.51.100.1',
    'unreachable: the name nowhere.example.org is not known: is it spelled right, does name resolution (DNS) work?',
  ]);
  expect(scene.tesla.leftovers).toBe(0);
});

test('a media port that cannot be opened ends the call with its reason', async () => {
  const scene = new CallScene({
    tesla: {openMedia: () => Promise.reject(new Error('no free port in 16384-16484'))},
  });
  scene.tesla.call('192.0.2.2');
  await scene.settle();
  expect(scene.tesla.ends).toEqual([{cause: 'unreachable', text: 'no free port in 16384-16484'}]);
  expect(scene.tesla.leftovers).toBe(0);
});

test('early media: the port is told of the stream of a 183', async () => {
  const {scene, peer} = await calling();
  await peer.respond(peer.request('INVITE'), 183, {body: sdp('192.0.2.9', 7100)});
  await peer.respond(peer.request('INVITE'), 180);
  expect(scene.tesla.told).toEqual(['early media', 'early media']);
  expect(scene.tesla.ports[0]?.streams).toMatchObject([{remote: {port: 7100}}]);
  await peer.respond(peer.request('INVITE'), 200, {body: answer});
  expect(scene.tesla.told.at(-1)).toBe('answered 192.0.2.9:7000 sendrecv');
});

test('an answer that came in the 183 only counts when the 200 has none', async () => {
  const {scene, peer} = await calling();
  await peer.respond(peer.request('INVITE'), 183, {body: sdp('192.0.2.9', 7100)});
  await peer.respond(peer.request('INVITE'), 200);
  expect(scene.tesla.told.at(-1)).toBe('answered 192.0.2.9:7100 sendrecv');
});

test.each([
  ['no SDP', undefined],
  ['a refused line', sdp('192.0.2.9', 0)],
  ['broken SDP', new TextEncoder().encode('v=0\r\nnonsense')],
])('a 200 with %s is acknowledged, then ended by BYE', async (_, body) => {
  const {scene, peer} = await calling();
  await peer.respond(peer.request('INVITE'), 200, body ? {body} : {});
  expect(peer.kinds).toEqual(['INVITE', 'ACK', 'BYE']);
  expect(scene.tesla.told).toEqual(['ended failed']);
  await peer.respond(peer.request('BYE'), 200);
  await expectNothingLeft(scene);
});

test('a name in c= is resolved', async () => {
  const {scene, peer} = await calling();
  const body = new TextDecoder().decode(answer).replace('c=IN IP4 192.0.2.9', 'c=IN IP4 tower.radio.org');
  await peer.respond(peer.request('INVITE'), 200, {body: new TextEncoder().encode(body)});
  expect(scene.tesla.told).toEqual(['answered 192.0.2.2:7000 sendrecv']);
});

test('a name in c= that nobody knows: no early media, and no call', async () => {
  const {scene, peer} = await calling();
  const text = new TextDecoder().decode(answer).replace('c=IN IP4 192.0.2.9', 'c=IN IP4 nowhere.example.org');
  const body = new TextEncoder().encode(text);
  await peer.respond(peer.request('INVITE'), 183, {body});
  await peer.respond(peer.request('INVITE'), 200, {body});
  expect(peer.kinds).toEqual(['INVITE', 'ACK', 'BYE']);
  expect(scene.tesla.told).toEqual(['ringing', 'ended failed']);
  expect(scene.tesla.ends[0]?.text).toMatch(
    /^no sound can be sent to 192.0.2.9: the name nowhere.example.org is not known/,
  );
  await peer.respond(peer.request('BYE'), 200);
  await expectNothingLeft(scene);
});

test('a name in c= that means many hosts gets no sound', async () => {
  const {scene, peer} = await calling();
  const text = new TextDecoder()
    .decode(answer)
    .replace('IP4 192.0.2.9\r\nt', 'IP4 everybody.example.org\r\nt');
  await peer.respond(peer.request('INVITE'), 200, {body: new TextEncoder().encode(text)});
  expect(scene.tesla.ports[0]?.streams).toEqual([]);
  expect(scene.tesla.ends[0]?.text).toBe(
    'no sound can be sent to 192.0.2.9: 239.255.255.250 is not the address of one host',
  );
});

test('a 200 that comes again is acknowledged again, with the same ACK', async () => {
  const {scene, peer} = await talking();
  await peer.respond(peer.request('INVITE'), 200, {body: answer});
  expect(peer.kinds).toEqual(['INVITE', 'ACK', 'ACK']);
  const [first, second] = scene.network.sent.filter(({text}) => text.startsWith('ACK'));
  expect(second?.text).toBe(first?.text);
  expect(scene.tesla.told).toEqual(['answered 192.0.2.9:7000 sendrecv']);
});

test('a fork that answers twice: the second branch gets ACK and BYE', async () => {
  const {scene, peer} = await calling();
  const invite = peer.request('INVITE');
  await peer.respond(invite, 180, {tag: 'one'});
  await peer.respond(invite, 180, {tag: 'two'});
  await peer.respond(invite, 200, {tag: 'two', body: answer});
  await peer.respond(invite, 200, {tag: 'one', body: sdp('192.0.2.9', 7200)});
  expect(peer.kinds).toEqual(['INVITE', 'ACK', 'ACK', 'BYE']);
  expect(peer.request('BYE').to.tag).toBe('one');
  await peer.respond(peer.request('BYE'), 200, {tag: 'one'});
  expect(scene.tesla.told).toEqual(['ringing', 'ringing', 'answered 192.0.2.9:7000 sendrecv']);
  await peer.ask('BYE', 1, {dialog: invite, tag: 'two'});
  expect(peer.response().status).toBe(200);
  await expectNothingLeft(scene);
});

test('a branch of a fork that gives up by 199 is forgotten, the other goes on', async () => {
  const {scene, peer} = await calling();
  const invite = peer.request('INVITE');
  await peer.respond(invite, 183, {tag: 'one'});
  await peer.respond(invite, 180, {tag: 'two'});
  await peer.respond(invite, 199, {tag: 'one'});
  expect(scene.tesla.told).toEqual(['ringing']);
  await peer.ask('OPTIONS', 5, {dialog: invite, tag: 'one'});
  expect(peer.response().status).toBe(481);
  await peer.ask('OPTIONS', 5, {dialog: invite, tag: 'two'});
  expect(peer.response().status).toBe(200);
  await peer.respond(invite, 200, {tag: 'two', body: answer});
  expect(scene.tesla.told.at(-1)).toBe('answered 192.0.2.9:7000 sendrecv');
});

test('requests in the dialog go to the Contact through the route set, loose and strict', async () => {
  for (const [parameter, uri, routes] of [
    [';lr', 'sip:peer@192.0.2.9', ['<sip:192.0.2.9;lr>', '<sip:192.0.2.8;lr>']],
    ['', 'sip:192.0.2.9', ['<sip:192.0.2.8>', '<sip:peer@192.0.2.9>']],
  ] as const) {
    const {scene, peer, call} = await calling();
    const recorded = `<sip:192.0.2.8${parameter}>, <sip:192.0.2.9${parameter}>`;
    await peer.respond(peer.request('INVITE'), 200, {body: answer, headers: {'Record-Route': recorded}});
    expect(peer.request('ACK').requestUri).toBe(uri);
    expect(peer.request('ACK').headers.list('Route')).toEqual(routes);
    call.hangUp();
    await scene.settle();
    expect(peer.request('BYE').requestUri).toBe(uri);
    expect(peer.request('BYE').headers.list('Route')).toEqual(routes);
    expect(peer.request('BYE').cseq.number).toBe(2);
  }
});

test('an INVITE in the early dialog is glare: 491; a BYE there ends the call', async () => {
  const {scene, peer} = await calling();
  const invite = peer.request('INVITE');
  await peer.respond(invite, 180);
  await peer.ask('INVITE', 5, {dialog: invite, body: answer});
  expect(peer.response().status).toBe(491);
  await peer.ask('OPTIONS', 4, {dialog: invite});
  expect(peer.response().status).toBe(500);
  await peer.ask('OPTIONS', 6, {dialog: invite});
  expect(peer.response().status).toBe(200);
  await peer.ask('BYE', 7, {dialog: invite});
  expect(peer.kinds.slice(-2)).toEqual([200, 'CANCEL']);
  expect(scene.tesla.told).toEqual(['ringing', 'ended hung-up-there']);
  await peer.respond(peer.request('CANCEL'), 200);
  await peer.respond(invite, 487);
  await expectNothingLeft(scene);
});

test('what cannot be a target is refused with what is allowed', () => {
  const {tesla} = new CallScene();
  const refusal = (target: string) => {
    const result = tesla.agent.call(target, tesla.listener);
    return result.ok ? 'ok' : `${result.error.code}: ${result.error.text}`;
  };
  expect(refusal('101')).toMatch(/^no-domain: "101" names nobody without a server/);
  expect(refusal('sip:')).toMatch(/^bad-target: "sip:" cannot be called: expected 101, user@host/);
  expect(refusal('')).toMatch(/^bad-target/);
  expect(refusal('tel:+15551234')).toMatch(/^bad-target/);
  expect(tesla.leftovers).toBe(0);
});

test('no more than eight calls at a time, in either direction', async () => {
  const scene = new CallScene();
  for (let count = 0; count < 8; count++) scene.tesla.call('192.0.2.77');
  const ninth = scene.tesla.agent.call('192.0.2.77', scene.tesla.listener);
  expect(ninth).toMatchObject({ok: false, error: {code: 'too-many-calls'}});
  const peer = scene.peer();
  await peer.ask('INVITE', 1, {body: answer});
  expect(peer.response().status).toBe(486);
});

test('ten calls after one another leave nothing behind', async () => {
  const scene = new CallScene();
  const {tesla, marconi} = scene;
  marconi.onCall = (incoming) => incoming.answer(marconi.listener);
  for (let count = 0; count < 10; count++) {
    const call = tesla.call('192.0.2.2');
    await scene.pass(1000);
    if (count % 2) call.hangUp();
    else marconi.incoming.at(-1)!.hangUp();
    await scene.pass(1000);
  }
  await scene.pass(40_000);
  expect([tesla.leftovers, marconi.leftovers, scene.clock.pending]).toEqual([0, 0, 0]);
  expect(tesla.told.filter((what) => what === 'answered 192.0.2.2:60000 sendrecv')).toHaveLength(1);
  expect(tesla.told.filter((what) => what.startsWith('answered'))).toHaveLength(10);
});

test('both hang up at once: each BYE is answered 200', async () => {
  const scene = new CallScene({fate: () => [50]});
  const {tesla, marconi} = scene;
  marconi.onCall = (incoming) => incoming.answer(marconi.listener);
  const call = tesla.call('192.0.2.2');
  await scene.pass(1000);
  call.hangUp();
  marconi.incoming[0]!.hangUp();
  await scene.pass(1000);
  expect(scene.wire.slice(3)).toEqual([
    '1 BYE sip:doorline@192.0.2.2:5060',
    '2 BYE sip:doorline@192.0.2.1:5060',
    '2 200 OK',
    '1 200 OK',
  ]);
  expect([tesla.told.at(-1), marconi.told.at(-1)]).toEqual(['ended hung-up-here', 'ended hung-up-here']);
  await scene.pass(40_000);
  expect([tesla.leftovers, marconi.leftovers]).toEqual([0, 0]);
});

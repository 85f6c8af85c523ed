import {expect, test} from 'vitest';
import {CallScene} from './scene.ts';
import {type ScriptedPeer, sdp} from './scripted-peer.ts';

const accepted = {Event: 'dialog', Expires: '600', Accept: 'application/dialog-info+xml'};

/** Tesla, whom a scripted peer may watch. */
function scene() {
  const all = new CallScene();
  all.tesla.agent.onSubscribe = ({address}) => address === '192.0.2.9';
  return {all, tesla: all.tesla, peer: all.peer()};
}

/** Answers the last NOTIFY and gives its Subscription-State and what its body says. */
async function notified(peer: ScriptedPeer) {
  const notify = peer.request('NOTIFY');
  await peer.respond(notify, 200);
  const text = new TextDecoder().decode(notify.body);
  const states = Array.from(text.matchAll(/<(?:state|basic)>(\w+)</g), ([, state]) => state);
  return {
    state: notify.headers.get('Subscription-State'),
    says: states.join(),
    version: /<dialog-info[^>]* version="(\d+)" state="full"/.exec(text)?.[1],
    text,
    notify,
  };
}

async function subscribed(headers: Record<string, string> = accepted) {
  const set = scene();
  await set.peer.ask('SUBSCRIBE', 1, {headers});
  return set;
}

test('dialog: subscribed, told of each state of a call, unsubscribed', async () => {
  const {all, tesla, peer} = await subscribed();
  const answer = peer.response(200);
  expect([answer.headers.get('Expires'), answer.contact?.uri.host]).toEqual(['600', '192.0.2.1']);
  const first = await notified(peer);
  expect(first).toMatchObject({state: 'active;expires=600', says: '', version: '0'});
  expect(first.notify.headers.get('Event')).toBe('dialog');
  expect(first.notify.headers.get('Content-Type')).toBe('application/dialog-info+xml');
  expect(first.notify.from.tag).toBe(answer.to.tag);
  await all.pass(2_000);
  tesla.call('sip:nobody@192.0.2.77');
  await all.settle();
  expect(await notified(peer)).toMatchObject({says: 'trying', version: '1', state: 'active;expires=598'});
  await all.pass(40_000);
  expect(await notified(peer)).toMatchObject({says: 'terminated', version: '2'});
  tesla.onCall = (call) => {
    call.ring();
    setImmediate(() => call.answer(tesla.listener));
  };
  await peer.ask('INVITE', 2, {callId: 'inside', body: sdp('192.0.2.9', 7000)});
  expect((await notified(peer)).text).toMatch(/direction="recipient"><state>early</);
  await all.pass(1_000);
  expect(await notified(peer)).toMatchObject({says: 'confirmed'});
  await peer.ask('ACK', 2, {dialog: peer.response(200)});
  await peer.ask('SUBSCRIBE', 2, {dialog: answer, headers: {...accepted, Expires: '0'}});
  expect((await notified(peer)).state).toBe('terminated;reason=timeout');
  await peer.ask('SUBSCRIBE', 3, {dialog: answer, headers: accepted});
  expect(peer.response().status).toBe(481);
});

test('presence: open, and closed with a last word when the station stops', async () => {
  const {all, tesla, peer} = await subscribed({Event: 'presence;id=7', Accept: 'application/*'});
  expect(peer.response(200).headers.get('Expires')).toBe('3600');
  const first = await notified(peer);
  expect(first).toMatchObject({says: 'open', state: 'active;expires=3600'});
  expect(first.notify.headers.get('Event')).toBe('presence;id=7');
  const stopped = tesla.agent.stop();
  await all.settle();
  expect(await notified(peer)).toMatchObject({
    says: 'closed',
    state: 'terminated;reason=probation;retry-after=10',
  });
  await all.pass(40_000);
  await stopped;
  expect([tesla.leftovers, all.clock.pending]).toEqual([0, 0]);
});

test('a refresh starts the time anew; without one the subscription ends', async () => {
  const {all, tesla, peer} = await subscribed();
  const answer = peer.response(200);
  await notified(peer);
  await all.pass(500_000);
  await peer.ask('SUBSCRIBE', 2, {dialog: answer, headers: accepted});
  expect(await notified(peer)).toMatchObject({state: 'active;expires=600'});
  await all.pass(599_000);
  expect(peer.kinds.filter((kind) => kind === 'NOTIFY')).toHaveLength(2);
  await all.pass(1_000);
  expect(await notified(peer)).toMatchObject({state: 'terminated;reason=timeout'});
  await all.pass(40_000);
  expect([tesla.leftovers, all.clock.pending]).toEqual([0, 0]);
});

test('Expires: 0 fetches the state once', async () => {
  const {all, tesla, peer} = await subscribed({...accepted, Expires: '0'});
  expect(await notified(peer)).toMatchObject({state: 'terminated;reason=timeout', version: '0'});
  await all.pass(40_000);
  expect([tesla.leftovers, all.clock.pending]).toEqual([0, 0]);
});

test('changes come no faster than one a second', async () => {
  const {all, tesla, peer} = await subscribed();
  await notified(peer);
  for (let count = 0; count < 3; count++) {
    tesla.call('sip:nobody@192.0.2.77').hangUp();
    await all.settle();
  }
  expect(peer.kinds.filter((kind) => kind === 'NOTIFY')).toHaveLength(1);
  await all.pass(1_000);
  expect(peer.kinds.filter((kind) => kind === 'NOTIFY')).toHaveLength(2);
});

test.each([481, 404])(
  'a subscriber that answers %i is forgotten, as is one that does not answer',
  async (status) => {
    const gone = await subscribed();
    await gone.peer.respond(gone.peer.request('NOTIFY'), status);
    const silent = await subscribed();
    for (const {all, tesla} of [gone, silent]) {
      await all.pass(40_000);
      expect([tesla.leftovers, all.clock.pending]).toEqual([0, 0]);
    }
  },
);

test.each([
  [{Event: 'message-summary'}, 489],
  [{Event: ''}, 489],
  [{Event: 'dialog', Accept: 'application/xpidf+xml'}, 406],
  [{Event: 'dialog', Contact: '<tel:+49>'}, 400],
])('%j is refused with %i', async (headers, status) => {
  const {peer} = await subscribed(headers as Record<string, string>);
  expect(peer.response().status).toBe(status);
  expect(peer.kinds).not.toContain('NOTIFY');
  if (status === 489) expect(peer.response().headers.get('Allow-Events')).toBe('dialog, presence');
});

test('strangers get 403 and leave nothing behind; there is no room for any number of subscriptions', async () => {
  const {all, tesla, peer} = scene();
  const stranger = all.peer('192.0.2.66');
  await stranger.ask('SUBSCRIBE', 1, {headers: accepted});
  expect(stranger.kinds).toEqual([403]);
  expect(tesla.agent.size).toBe(0);
  for (let count = 0; count < 10; count++) {
    await peer.ask('SUBSCRIBE', 1, {callId: `many-${count}`, headers: accepted});
  }
  expect(peer.response().status).toBe(480);
  expect(tesla.agent.size).toBe(8);
});

test('notifications go to the address that asked, whatever its Contact says', async () => {
  const {all, peer} = scene();
  const victim = all.peer('192.0.2.66');
  await peer.ask('SUBSCRIBE', 1, {headers: {...accepted, Contact: '<sip:victim@192.0.2.66>'}});
  expect(victim.kinds).toEqual([]);
  expect(peer.kinds).toContain('NOTIFY');
});

test('nor do its routes, or a Contact that comes later, lead notifications to somebody else', async () => {
  const {all, peer} = scene();
  const victim = all.peer('192.0.2.66');
  await peer.ask('SUBSCRIBE', 1, {headers: {...accepted, 'Record-Route': '<sip:192.0.2.66;lr>'}});
  const {notify} = await notified(peer);
  await peer.ask('SUBSCRIBE', 2, {
    dialog: notify,
    headers: {...accepted, Contact: '<sip:victim@192.0.2.66>'},
  });
  await notified(peer);
  await all.pass(2_000);
  expect(victim.kinds).toEqual([]);
  expect(peer.kinds.filter((kind) => kind === 'NOTIFY')).toHaveLength(2);
});

test('calls of strangers change nothing', async () => {
  const {all, tesla, peer} = await subscribed();
  await notified(peer);
  await all.pass(2_000);
  tesla.onCall = (call) => call.refuse(403);
  await peer.ask('INVITE', 2, {callId: 'refused', body: sdp('192.0.2.9', 7000)});
  await all.pass(2_000);
  expect(peer.kinds.filter((kind) => kind === 'NOTIFY')).toHaveLength(1);
});

import {expect, test} from 'vitest';
import type {Call, CallListener} from '../../../firmware/sip/agent/call.ts';
import {CallScene} from './scene.ts';
import {type ScriptedPeer, sdp} from './scripted-peer.ts';

const toMarconi = '<sip:marconi@192.0.2.2>';

/** A scripted peer has called Tesla, who follows its wishes for a transfer; Marconi does `onCall` when he is called. */
async function talking(onCall: CallScene['marconi']['onCall'] = () => {}) {
  const all = new CallScene();
  const {tesla, marconi} = all;
  const placed: Call[] = [];
  marconi.onCall = onCall;
  const listener: CallListener = {
    ...tesla.listener,
    onTransfer: (request) => {
      tesla.told.push(`transfer ${request.target}`);
      const call = request.accept(tesla.listener);
      if (call.ok) placed.push(call.value);
    },
  };
  tesla.onCall = (call) => call.answer(listener);
  const peer = all.peer();
  await peer.ask('INVITE', 1, {body: sdp('192.0.2.9', 7000)});
  const answer = peer.response(200);
  await peer.ask('ACK', 1, {dialog: answer});
  const refer = (headers: Record<string, string>, cseq = 2) =>
    peer.ask('REFER', cseq, {dialog: answer, headers});
  return {all, tesla, marconi, peer, answer, placed, refer};
}

/** Answers the last NOTIFY, and gives what it said. */
async function notified(peer: ScriptedPeer, status = 200): Promise<string> {
  const notify = peer.request('NOTIFY');
  await peer.respond(notify, status);
  const {headers, body} = notify;
  const [, state] = /^(\w+(?:;reason=\w+)?)/.exec(headers.get('Subscription-State') ?? '') ?? [];
  return `${headers.get('Event')} ${state}: ${new TextDecoder().decode(body)}`;
}

test('blind: 202, each step is told, the old call stays until it is hung up', async () => {
  const {all, tesla, marconi, peer, answer, refer} = await talking((call) => call.ring());
  await refer({'Refer-To': toMarconi, 'Referred-By': '<sip:peer@192.0.2.9>'});
  expect(peer.response(202).contact?.uri.host).toBe('192.0.2.1');
  expect(await notified(peer)).toBe('refer active: SIP/2.0 100 Trying\r\n');
  const notify = peer.request('NOTIFY');
  expect(notify.headers.get('Content-Type')).toBe('message/sipfrag;version=2.0');
  expect([notify.callId, notify.from.tag, notify.to.tag]).toEqual([answer.callId, answer.to.tag, 'peer']);
  expect(await notified(peer)).toBe('refer active: SIP/2.0 180 Ringing\r\n');
  const invite = all.network.sent.find(({text}) => /^INVITE sip:marconi@/.test(text))?.text;
  expect(invite).toMatch(/^Referred-By: <sip:peer@192\.0\.2\.9>\r$/m);
  expect(invite).not.toMatch(/^Replaces:/m);
  marconi.incoming[0]!.answer(marconi.listener);
  await all.settle();
  expect(await notified(peer)).toBe('refer terminated;reason=noresource: SIP/2.0 200 OK\r\n');
  expect(tesla.told).toEqual([
    'answered 192.0.2.9:7000 sendrecv',
    'transfer sip:marconi@192.0.2.2',
    'ringing',
    'answered 192.0.2.2:60000 sendrecv',
  ]);
  await peer.ask('BYE', 3, {dialog: answer});
  expect(tesla.told.at(-1)).toBe('ended hung-up-there');
  marconi.incoming[0]!.hangUp();
  await all.pass(70_000);
  expect([tesla.leftovers, marconi.leftovers, all.clock.pending]).toEqual([0, 0, 0]);
});

test('attended: Replaces goes into the INVITE, clean of whatever else stood there', async () => {
  const {all, refer} = await talking();
  const replaces = 'other%40call%3Bto-tag%3Dt%3Bfrom-tag%3Df%3Bx%3Dy';
  await refer({'Refer-To': `<sip:marconi@192.0.2.2?Route=%3Csip:evil%3E&Replaces=${replaces}>`});
  const invite = all.network.sent.find(({text}) => /^INVITE sip:marconi@/.test(text))?.text;
  expect(invite).toMatch(/^INVITE sip:marconi@192\.0\.2\.2 SIP/);
  expect(invite).toMatch(/^Replaces: other@call;to-tag=t;from-tag=f\r$/m);
  expect(invite).not.toMatch(/evil/);
});

test.each([486, 603] as const)(
  'the target refuses with %i: told, and the old call goes on',
  async (status) => {
    const {tesla, peer, placed, refer} = await talking((call) => call.refuse(status));
    await refer({'Refer-To': toMarconi});
    await notified(peer);
    expect(await notified(peer)).toMatch(
      new RegExp(`^refer terminated;reason=noresource: SIP/2.0 ${status} `),
    );
    expect(placed[0]?.state).toBe('ended');
    expect(tesla.incoming[0]?.state).toBe('talking');
    await refer({'Refer-To': toMarconi}, 3);
    expect(await notified(peer)).toBe('refer;id=3 active: SIP/2.0 100 Trying\r\n');
  },
);

test('the station gives the transfer up, or nothing comes back: told as 487 and 503', async () => {
  const {all, peer, placed, refer} = await talking((call) => call.ring());
  await refer({'Refer-To': toMarconi});
  await notified(peer);
  await notified(peer);
  placed[0]!.hangUp();
  await all.settle();
  expect(await notified(peer)).toMatch(/SIP\/2\.0 487 Request Terminated/);
  await refer({'Refer-To': '<sip:nobody@192.0.2.77>'}, 3);
  await notified(peer);
  await all.pass(32_000);
  expect(await notified(peer)).toMatch(/SIP\/2\.0 503 Service Unavailable/);
});

test('NOTIFYs wait for each other; a phone that has forgotten its REFER gets no more of them', async () => {
  const {all, peer, marconi, refer} = await talking((call) => call.ring());
  await refer({'Refer-To': toMarconi});
  expect(peer.kinds.filter((kind) => kind === 'NOTIFY')).toHaveLength(1);
  await notified(peer, 481);
  marconi.incoming[0]!.answer(marconi.listener);
  await all.pass(5000);
  expect(peer.kinds.filter((kind) => kind === 'NOTIFY')).toHaveLength(1);
  expect(marconi.told).toEqual(['answered 192.0.2.1:49172 sendrecv']);
});

test('told although the referrer has hung up meanwhile', async () => {
  const {all, peer, answer, marconi, refer} = await talking((call) => call.ring());
  await refer({'Refer-To': toMarconi});
  await notified(peer);
  await peer.ask('BYE', 3, {dialog: answer});
  await notified(peer);
  marconi.incoming[0]!.answer(marconi.listener);
  await all.settle();
  expect(await notified(peer)).toMatch(/terminated;reason=noresource: SIP\/2\.0 200 OK/);
});

test('Refer-Sub: false, also required: 202 and nothing more (RFC 4488)', async () => {
  const {all, peer, refer} = await talking();
  await refer({'Refer-To': toMarconi, 'Refer-Sub': 'false', Require: 'norefersub'});
  await all.pass(40_000);
  expect(peer.response(202).headers.get('Refer-Sub')).toBe('false');
  expect(peer.kinds).not.toContain('NOTIFY');
});

test('the referrer ends its subscription, the transfer goes on', async () => {
  const {all, peer, answer, marconi, refer} = await talking((call) => call.ring());
  await refer({'Refer-To': toMarconi});
  await notified(peer);
  await notified(peer);
  await peer.ask('SUBSCRIBE', 3, {dialog: answer, headers: {Event: 'refer', Expires: '60'}});
  expect(Number(peer.response(200).headers.get('Expires'))).toBeGreaterThan(100);
  expect(await notified(peer)).toBe('refer active: SIP/2.0 180 Ringing\r\n');
  await peer.ask('SUBSCRIBE', 4, {dialog: answer, headers: {Event: 'refer', Expires: '0'}});
  expect(await notified(peer)).toMatch(/^refer terminated/);
  marconi.incoming[0]!.answer(marconi.listener);
  await all.settle();
  expect(peer.request('NOTIFY').cseq.number).toBe(4);
  await peer.ask('SUBSCRIBE', 5, {dialog: answer, headers: {Event: 'refer'}});
  expect(peer.response().status).toBe(405);
});

test.each([
  ['its own address', '<sip:other@192.0.2.1>', 482],
  ['a telephone number', '<tel:+1900555>', 416],
  ['nothing', '', 400],
  ['another method', '<sip:a@192.0.2.2;method=SUBSCRIBE>', 603],
])('refused: %s', async (_name, referTo, status) => {
  const {tesla, peer, refer} = await talking();
  await refer(referTo === '' ? {} : {'Refer-To': referTo});
  expect(peer.response().status).toBe(status);
  expect(peer.kinds).not.toContain('NOTIFY');
  expect(tesla.told).toHaveLength(1);
});

test('refused: to replace a call of its own, from either side', async () => {
  const {peer, answer, refer} = await talking();
  const tag = answer.to.tag;
  for (const [index, [to, from]] of [
    [tag, 'peer'],
    ['peer', tag],
  ].entries()) {
    const replaces = `${answer.callId}%3Bto-tag%3D${to}%3Bfrom-tag%3D${from}`;
    await refer({'Refer-To': `<sip:marconi@192.0.2.2?Replaces=${replaces}>`}, 2 + index);
    expect(peer.response().status).toBe(482);
  }
});

test('refused: where nobody decides about it, before the answer, and when too many calls are there', async () => {
  const all = new CallScene({tesla: {sessionLimit: 1}});
  const {tesla} = all;
  const peer = all.peer();
  tesla.onCall = (call) => call.ring();
  await peer.ask('INVITE', 1, {body: sdp('192.0.2.9', 7000)});
  const ringing = peer.response(180);
  await peer.ask('REFER', 2, {dialog: ringing, headers: {'Refer-To': toMarconi}});
  expect(peer.response().status).toBe(403);
  tesla.incoming[0]!.answer(tesla.listener);
  await all.settle();
  await peer.ask('ACK', 1, {dialog: ringing});
  await peer.ask('REFER', 3, {dialog: ringing, headers: {'Refer-To': toMarconi}});
  expect(peer.response().status).toBe(403);
  tesla.onCall = (call) =>
    call.answer({...tesla.listener, onTransfer: (request) => void request.accept(tesla.listener)});
  await peer.ask('BYE', 4, {dialog: ringing});
  await all.pass(40_000);
  await peer.ask('INVITE', 1, {body: sdp('192.0.2.9', 7000), callId: 'second'});
  await peer.ask('ACK', 1, {dialog: peer.response(200)});
  await peer.ask('REFER', 2, {dialog: peer.response(200), headers: {'Refer-To': toMarconi}});
  expect(peer.response().status).toBe(480);
});

import {expect, test} from 'vitest';
import type {IncomingCall} from '../../../firmware/sip/agent/call.ts';
import {CallScene} from './scene.ts';
import {type ScriptedPeer, sdp} from './scripted-peer.ts';

const offer = sdp('192.0.2.9', 7000);

/** A scripted peer that is about to call Tesla, who does `onCall` with it. */
function scene(onCall: (call: IncomingCall, listener: CallScene['tesla']['listener']) => void = () => {}) {
  const all = new CallScene();
  const {tesla} = all;
  tesla.onCall = (call) => onCall(call, tesla.listener);
  return {all, tesla, peer: all.peer()};
}

/** The peer has called, Tesla has answered, the ACK is there. */
async function talking() {
  const set = scene((call, listener) => call.answer(listener));
  await set.peer.ask('INVITE', 1, {body: offer});
  await acknowledge(set.peer);
  return set;
}

async function acknowledge(peer: ScriptedPeer, cseq = 1, body?: Uint8Array): Promise<void> {
  await peer.ask('ACK', cseq, {dialog: peer.response(200), ...(body ? {body} : {})});
}

async function expectNothingLeft({all, tesla}: {all: CallScene; tesla: CallScene['tesla']}): Promise<void> {
  await all.pass(70_000);
  expect([tesla.leftovers, all.clock.pending]).toEqual([0, 0]);
}

test('a call is confirmed by the ACK', async () => {
  const set = scene((call, listener) => call.answer(listener));
  await set.peer.ask('INVITE', 1, {body: offer});
  expect([set.tesla.incoming[0]?.state, set.tesla.incoming[0]?.confirmed]).toEqual(['talking', false]);
  await acknowledge(set.peer);
  expect(set.tesla.incoming[0]?.confirmed).toBe(true);
});

test('a caller whose sound is at a name that nobody knows does not keep the station busy', async () => {
  const set = scene((call, listener) => call.answer(listener));
  const text = new TextDecoder().decode(offer).replace('c=IN IP4 192.0.2.9', 'c=IN IP4 nowhere.example.org');
  await set.peer.ask('INVITE', 1, {body: new TextEncoder().encode(text)});
  expect(set.tesla.told).toEqual(['ended failed']);
  await acknowledge(set.peer);
  expect(set.peer.kinds).toEqual([200, 'BYE']);
  await set.peer.respond(set.peer.request('BYE'), 200);
  await expectNothingLeft(set);
});

test.each([486, 480, 403, 603] as const)('refused with %i', async (status) => {
  const set = scene((call) => call.refuse(status));
  await set.peer.ask('INVITE', 1, {body: offer});
  expect(set.peer.kinds).toEqual([status]);
  expect(set.peer.response().to.tag).toBeDefined();
  await set.peer.ask('ACK', 1, {dialog: set.peer.response(), branch: 'z9hG4bKpeer0'});
  await expectNothingLeft(set);
});

test('hanging up a call that rings refuses it with 486', async () => {
  const set = scene((call) => call.ring());
  await set.peer.ask('INVITE', 1, {body: offer});
  set.tesla.incoming[0]!.hangUp();
  await set.all.settle();
  expect(set.peer.kinds).toEqual([180, 486]);
});

test('the caller cancels: 200, 487, and who waits is told', async () => {
  const set = scene((call) => call.ring());
  const invite = await set.peer.ask('INVITE', 1, {body: offer});
  await set.peer.ask('CANCEL', 1, {branch: 'z9hG4bKpeer0'});
  expect(set.peer.kinds).toEqual([180, 200, 487]);
  expect(set.tesla.told).toEqual(['gave up cancelled']);
  await set.peer.ask('ACK', 1, {dialog: set.peer.response(487), branch: invite.via.branch!});
  await expectNothingLeft(set);
});

test('the answers to INVITE and CANCEL have one To tag, although the INVITE had none before', async () => {
  const set = scene();
  await set.peer.ask('INVITE', 1, {body: offer});
  await set.peer.ask('CANCEL', 1, {branch: 'z9hG4bKpeer0'});
  expect(set.peer.kinds).toEqual([200, 487]);
  expect(set.peer.response(200).to.tag).toBe(set.peer.response(487).to.tag);
});

test('a CANCEL because another phone answered is told as such', async () => {
  const set = scene((call) => call.ring());
  await set.peer.ask('INVITE', 1, {body: offer});
  const headers = {Reason: 'Q.850;cause=16, SIP ;cause=200 ;text="Call completed elsewhere"'};
  await set.peer.ask('CANCEL', 1, {branch: 'z9hG4bKpeer0', headers});
  expect(set.tesla.told).toEqual(['gave up answered-elsewhere']);
});

test('a CANCEL while the media port opens wins', async () => {
  const set = scene((call, listener) => call.answer(listener));
  void set.peer.ask('INVITE', 1, {body: offer});
  void set.peer.ask('CANCEL', 1, {branch: 'z9hG4bKpeer0'});
  await set.all.settle();
  expect(set.peer.kinds).toContain(487);
  expect(set.tesla.told).toEqual(['ended cancelled']);
  expect(set.tesla.ports.every(({closed}) => closed)).toBe(true);
});

test('a BYE in the early dialog, and an Expires that runs out, end the INVITE with 487', async () => {
  const set = scene((call) => call.ring());
  await set.peer.ask('INVITE', 1, {body: offer});
  await set.peer.ask('BYE', 2, {dialog: set.peer.response(180)});
  expect(set.peer.kinds).toEqual([180, 200, 487]);
  await set.peer.ask('INVITE', 1, {body: offer, callId: 'second', headers: {Expires: '20'}});
  await set.all.pass(20_000);
  expect(set.peer.response().status).toBe(487);
  expect(set.tesla.told).toEqual(['gave up cancelled', 'gave up no-answer']);
});

test('180 comes again each minute while it rings', async () => {
  const set = scene((call) => call.ring());
  await set.peer.ask('INVITE', 1, {body: offer});
  await set.all.pass(125_000);
  expect(set.peer.kinds).toEqual([180, 180, 180]);
});

test('the 200 is repeated at T1 doubling to T2 until the ACK comes', async () => {
  const set = scene((call, listener) => call.answer(listener));
  await set.peer.ask('INVITE', 1, {body: offer});
  await set.all.pass(13_000);
  const times = set.all.network.sent.filter(({from}) => from.address === '192.0.2.1').map(({at}) => at);
  expect(times).toEqual([0, 500, 1500, 3500, 7500, 11_500]);
  await acknowledge(set.peer);
  await set.all.pass(60_000);
  expect(set.peer.kinds).toEqual([200, 200, 200, 200, 200, 200]);
});

test('no ACK within 64*T1: BYE, and the call has failed', async () => {
  const set = scene((call, listener) => call.answer(listener));
  await set.peer.ask('INVITE', 1, {body: offer});
  await set.all.pass(31_999);
  expect(set.peer.kinds).not.toContain('BYE');
  await set.all.pass(1);
  expect(set.peer.kinds.at(-1)).toBe('BYE');
  expect(set.tesla.told).toEqual(['answered 192.0.2.9:7000 sendrecv', 'ended failed']);
  expect(set.tesla.ends[0]?.text).toMatch(/never acknowledged/);
  await set.peer.respond(set.peer.request('BYE'), 481);
  await expectNothingLeft(set);
});

test('hanging up before the ACK waits for it, then sends BYE', async () => {
  const set = scene((call, listener) => call.answer(listener));
  await set.peer.ask('INVITE', 1, {body: offer});
  set.tesla.incoming[0]!.hangUp();
  await set.all.pass(1000);
  expect(set.tesla.told.at(-1)).toBe('ended hung-up-here');
  expect(set.peer.kinds).not.toContain('BYE');
  await acknowledge(set.peer);
  expect(set.peer.kinds.at(-1)).toBe('BYE');
  await set.peer.respond(set.peer.request('BYE'), 200);
  await expectNothingLeft(set);
});

test('an offer in the 200 where the INVITE had none, its answer in the ACK', async () => {
  const set = scene((call, listener) => call.answer(listener));
  await set.peer.ask('INVITE', 1);
  expect(new TextDecoder().decode(set.peer.response(200).body)).toMatch(
    /m=audio 49170 RTP\/AVP 9 0 8 13 101/,
  );
  expect(set.tesla.told).toEqual([]);
  await acknowledge(set.peer, 1, offer);
  expect(set.tesla.told).toEqual(['answered 192.0.2.9:7000 sendrecv']);
});

test('an ACK that brings no answer to our offer ends the call with BYE', async () => {
  const set = scene((call, listener) => call.answer(listener));
  await set.peer.ask('INVITE', 1);
  await acknowledge(set.peer);
  expect(set.peer.kinds).toEqual([200, 'BYE']);
  expect(set.tesla.told).toEqual(['ended failed']);
});

test('re-INVITE: hold, resume at another address, and a BYE from there', async () => {
  const {tesla, peer} = await talking();
  const dialog = peer.response(200);
  await peer.ask('INVITE', 2, {dialog, body: sdp('192.0.2.9', 7000, 'a=sendonly')});
  await acknowledge(peer, 2);
  expect(new TextDecoder().decode(peer.response(200).body)).toMatch(/a=recvonly/);
  await peer.ask('INVITE', 3, {dialog, body: sdp('192.0.2.10', 8000)});
  await acknowledge(peer, 3);
  expect(new TextDecoder().decode(peer.response(200).body)).toMatch(/o=- \d+ 3 IN IP4 192\.0\.2\.1\r\n/);
  expect(tesla.told).toEqual([
    'answered 192.0.2.9:7000 sendrecv',
    'updated 192.0.2.9:7000 recvonly',
    'updated 192.0.2.10:8000 sendrecv',
  ]);
  await peer.ask('BYE', 4, {dialog});
  expect(peer.response().status).toBe(200);
  expect(tesla.told.at(-1)).toBe('ended hung-up-there');
  expect(tesla.ports[0]?.closed).toBe(true);
});

test('a re-INVITE without an offer gets one, and the answer in the ACK counts', async () => {
  const {tesla, peer} = await talking();
  const dialog = peer.response(200);
  await peer.ask('INVITE', 2, {dialog});
  await peer.ask('INVITE', 3, {dialog, body: offer});
  expect(peer.response().status).toBe(491);
  await acknowledge(peer, 2, sdp('192.0.2.9', 7400));
  expect(tesla.told.at(-1)).toBe('updated 192.0.2.9:7400 sendrecv');
});

test('a re-INVITE moves the remote target', async () => {
  const {all, tesla, peer} = await talking();
  const dialog = peer.response(200);
  await peer.ask('INVITE', 2, {dialog, body: offer, headers: {Contact: '<sip:moved@192.0.2.9>'}});
  await acknowledge(peer, 2);
  tesla.incoming[0]!.hangUp();
  await all.settle();
  expect(peer.request('BYE').requestUri).toBe('sip:moved@192.0.2.9');
});

test('a re-INVITE that cannot be served changes nothing: 488 with a warning, 415, 400', async () => {
  const {tesla, peer} = await talking();
  const dialog = peer.response(200);
  await peer.ask('INVITE', 2, {dialog, body: sdp('192.0.2.9', 0)});
  expect(peer.response().status).toBe(488);
  expect(peer.response().headers.get('Warning')).toBe('399 doorline "no RTP/AVP audio is offered"');
  await peer.ask('INVITE', 3, {dialog, body: offer, type: 'application/xml'});
  expect(peer.response().headers.get('Accept')).toMatch(/^application\/sdp, multipart\/mixed/);
  await peer.ask('INVITE', 4, {dialog, body: new Uint8Array([1])});
  expect(peer.kinds).toEqual([200, 488, 415, 400]);
  expect(tesla.told).toEqual(['answered 192.0.2.9:7000 sendrecv']);
  await peer.ask('BYE', 5, {dialog});
  expect(tesla.told.at(-1)).toBe('ended hung-up-there');
});

test('a sequence number that goes back is 500; one that jumps is fine', async () => {
  const {peer} = await talking();
  const dialog = peer.response(200);
  await peer.ask('OPTIONS', 100, {dialog});
  expect(peer.response().status).toBe(200);
  await peer.ask('OPTIONS', 99, {dialog});
  expect(peer.response().status).toBe(500);
});

test('digits by INFO, in both forms; no digit is 400, other INFO 415, an empty one is fine', async () => {
  const {tesla, peer} = await talking();
  const dialog = peer.response(200);
  const info = async (cseq: number, type: string, text: string) => {
    const body = new TextEncoder().encode(text);
    await peer.ask('INFO', cseq, {dialog, type, ...(body.length > 0 ? {body} : {})});
    return peer.response().status;
  };
  expect(await info(2, 'application/dtmf-relay', 'Signal=7\r\nDuration=160\r\n')).toBe(200);
  expect(await info(3, 'application/dtmf-relay', 'Signal= 11\r\nDuration=160')).toBe(200);
  expect(await info(4, 'application/dtmf', '*')).toBe(200);
  expect(await info(5, 'application/dtmf', '12')).toBe(200);
  expect(await info(6, 'application/dtmf', '99')).toBe(400);
  expect(await info(7, 'application/media_control+xml', '<x/>')).toBe(415);
  expect(peer.response().headers.get('Accept')).toBe('application/dtmf-relay, application/dtmf');
  expect(await info(8, 'x/y', '')).toBe(200);
  expect(tesla.told.slice(1)).toEqual(['digit 7', 'digit #', 'digit *', 'digit A']);
});

test('an INVITE that cannot be served never rings', async () => {
  const {tesla, peer} = scene();
  let call = 0;
  const status = async (content: Parameters<ScriptedPeer['ask']>[2]) => {
    await peer.ask('INVITE', 1, {callId: `bad-${call++}`, ...content});
    return peer.response().status;
  };
  expect(await status({body: offer, headers: {Require: 'gruu, timer, path'}})).toBe(420);
  expect(peer.response().headers.get('Unsupported')).toBe('gruu, path');
  expect(await status({body: offer, type: 'text/plain'})).toBe(415);
  expect(await status({body: offer, headers: {'Content-Encoding': 'gzip'}})).toBe(415);
  expect(await status({body: new TextEncoder().encode('v=0\r\n')})).toBe(400);
  expect(await status({body: sdp('192.0.2.9', 0)})).toBe(488);
  expect(await status({body: offer, uri: 'tel:+1555'})).toBe(416);
  expect(tesla.incoming).toHaveLength(0);
});

test('a forked request that arrives twice is 482 the second time', async () => {
  const set = scene((call) => call.ring());
  await set.peer.ask('INVITE', 1, {body: offer});
  await set.peer.ask('INVITE', 1, {body: offer});
  expect(set.peer.kinds).toEqual([180, 482]);
  expect(set.tesla.incoming).toHaveLength(1);
});

test('a second INVITE in the early dialog is 500 with Retry-After', async () => {
  const set = scene((call) => call.ring());
  await set.peer.ask('INVITE', 1, {body: offer});
  await set.peer.ask('INVITE', 2, {body: offer, dialog: set.peer.response(180)});
  expect(set.peer.response().status).toBe(500);
  expect(Number(set.peer.response().headers.get('Retry-After'))).toBeLessThanOrEqual(10);
});

test('outside a dialog: OPTIONS is answered, BYE and INFO are 481, other methods 405 or 501', async () => {
  const {all, peer, tesla} = scene();
  await peer.ask('OPTIONS', 1);
  expect(peer.response().status).toBe(200);
  expect(peer.response().headers.get('Allow')).toMatch(/^INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE/);
  expect(peer.response().headers.get('Accept')).toMatch(/^application\/sdp, multipart\/mixed/);
  expect(peer.response().to.tag).toBeDefined();
  for (const [method, status] of [
    ['BYE', 481],
    ['INFO', 481],
    ['SUBSCRIBE', 489],
    ['MESSAGE', 480],
    ['DANCE', 501],
  ] as const) {
    await peer.ask(method, 1);
    expect(peer.response().status).toBe(status);
  }
  expect(peer.response().headers.get('Allow')).toMatch(/INVITE/);
  await peer.ask('BYE', 1, {dialog: peer.response()});
  expect(peer.response().status).toBe(481);
  await all.pass(40_000);
  expect(tesla.leftovers).toBe(0);
});

test('nobody there to take calls: 480', async () => {
  const {tesla, peer} = scene();
  tesla.agent.onIncoming = undefined;
  await peer.ask('INVITE', 1, {body: offer});
  expect(peer.response().status).toBe(480);
});

test('a caller is verified only when its host is the address it comes from', async () => {
  const {tesla, peer} = scene();
  await peer.ask('INVITE', 1, {body: offer, callId: 'honest'});
  const headers = {From: '"House" <sip:101@192.0.2.2>;tag=x'};
  await peer.ask('INVITE', 1, {body: offer, callId: 'liar', headers});
  expect(tesla.incoming.map(({caller}) => caller)).toEqual([
    {
      uri: 'sip:peer@192.0.2.9',
      displayName: '',
      user: 'peer',
      host: '192.0.2.9',
      address: '192.0.2.9',
      account: undefined,
      verified: true,
    },
    {
      uri: 'sip:101@192.0.2.2',
      displayName: 'House',
      user: '101',
      host: '192.0.2.2',
      address: '192.0.2.9',
      account: undefined,
      verified: false,
    },
  ]);
});

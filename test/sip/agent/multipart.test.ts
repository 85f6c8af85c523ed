import {expect, test} from 'vitest';
import {CallScene} from './scene.ts';
import {sdp} from './scripted-peer.ts';

const type = 'multipart/mixed;boundary=part';

/** A body of several parts: where the caller is, which may be passed over, then this description. */
function among(description: Uint8Array, handling = 'optional'): Uint8Array {
  return Buffer.concat([
    Buffer.from('--part\r\nContent-Type: application/pidf+xml\r\n'),
    Buffer.from(`Content-Disposition: render;handling=${handling}\r\n\r\n<presence/>\r\n`),
    Buffer.from('--part\r\nContent-Type: application/sdp\r\n\r\n'),
    description,
    Buffer.from('\r\n--part--\r\n'),
  ]);
}

function scene() {
  const all = new CallScene();
  all.tesla.onCall = (call) => call.answer(all.tesla.listener);
  return {all, peer: all.peer()};
}

test('offers in one of several parts: INVITE, re-INVITE, UPDATE', async () => {
  const {all, peer} = scene();
  await peer.ask('INVITE', 1, {body: among(sdp('192.0.2.9', 7000)), type});
  const dialog = peer.response(200);
  await peer.ask('ACK', 1, {dialog});
  await peer.ask('INVITE', 2, {dialog, body: among(sdp('192.0.2.9', 7002)), type});
  await peer.ask('ACK', 2, {dialog});
  await peer.ask('UPDATE', 3, {dialog, body: among(sdp('192.0.2.9', 7004)), type});
  expect(peer.response().status).toBe(200);
  expect(all.tesla.told).toEqual([
    'answered 192.0.2.9:7000 sendrecv',
    'updated 192.0.2.9:7002 sendrecv',
    'updated 192.0.2.9:7004 sendrecv',
  ]);
});

test('a part that has to be understood and is not: 415 for each of them', async () => {
  const {all, peer} = scene();
  const odd = {body: among(sdp('192.0.2.9', 7000), 'required'), type};
  await peer.ask('INVITE', 1, odd);
  expect(peer.response().status).toBe(415);
  await peer.ask('INVITE', 2, {body: sdp('192.0.2.9', 7000), callId: 'another'});
  const dialog = peer.response(200);
  await peer.ask('ACK', 2, {dialog});
  for (const method of ['INVITE', 'UPDATE']) {
    await peer.ask(method, method === 'INVITE' ? 3 : 4, {dialog, ...odd});
    expect(peer.response().status).toBe(415);
    expect(peer.response().headers.get('Accept')).toContain('multipart/mixed');
  }
  expect(all.tesla.told).toEqual(['answered 192.0.2.9:7000 sendrecv']);
});

test('answers in one of several parts: in a 183, in a 200, and in the ACK', async () => {
  const {all, peer} = scene();
  all.tesla.call('192.0.2.9');
  await all.settle();
  const invite = peer.request('INVITE');
  await peer.respond(invite, 183, {body: among(sdp('192.0.2.9', 7000)), type});
  await peer.respond(invite, 200, {body: among(sdp('192.0.2.9', 7002)), type});
  await peer.ask('INVITE', 1);
  const dialog = peer.response(200);
  await peer.ask('ACK', 1, {dialog, body: among(sdp('192.0.2.9', 7004)), type});
  expect(all.tesla.told).toEqual([
    'early media',
    'answered 192.0.2.9:7002 sendrecv',
    'answered 192.0.2.9:7004 sendrecv',
  ]);
});

test.each([
  ['nothing', {}],
  ['something else', {body: Buffer.from('x'), type: 'text/plain'}],
])('an ACK that should bring an answer and brings %s ends the call', async (_, content) => {
  const {all, peer} = scene();
  await peer.ask('INVITE', 1);
  await peer.ask('ACK', 1, {dialog: peer.response(200), ...content});
  expect(peer.kinds).toContain('BYE');
  expect(all.tesla.ends[0]!.text).toMatch(/acknowledged without an answer/);
});

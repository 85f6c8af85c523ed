import {expect, test} from 'vitest';
import type {AudioStream} from '../../../firmware/rtp/audio-stream.ts';
import type {AccountOptions} from '../../../firmware/sip/agent/account-options.ts';
import type {UnanswerableCall} from '../../../firmware/sip/agent/unanswerable.ts';
import {CallScene} from './scene.ts';
import {type ScriptedPeer, sdp} from './scripted-peer.ts';

const suite = 'AES_CM_128_HMAC_SHA1_80';
const key = Buffer.alloc(30, 9).toString('base64');
const crypto = `a=crypto:1 ${suite} inline:${key}`;
const plain = sdp('192.0.2.9', 7000);

/** The same as RTP/SAVP. */
function secure(body: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(body).toString().replace('RTP/AVP', 'RTP/SAVP'));
}

async function registered(srtp: AccountOptions['srtp']): Promise<{scene: CallScene; pbx: ScriptedPeer}> {
  const house: AccountOptions = {
    name: 'house',
    uri: 'sip:door@example.org',
    user: 'door',
    password: '',
    registrars: ['sip:pbx.example.org'],
    expires: 300,
    srtp,
  };
  const scene = new CallScene({tesla: {accounts: [house]}});
  const pbx = scene.peer();
  scene.tesla.agent.start();
  await scene.settle();
  const request = pbx.request('REGISTER');
  await pbx.respond(request, 200, {headers: {Contact: `${request.headers.get('Contact')};expires=300`}});
  return {scene, pbx};
}

/** What of an SDP is about encryption: the profile and the suites. */
function offered(body: Uint8Array): string[] {
  const text = Buffer.from(body).toString();
  return Array.from(text.matchAll(/RTP\/S?AVP|(?<=a=crypto:)\d+ \w+/g), ([found]) => found);
}

function lastStream(scene: CallScene): AudioStream | undefined {
  return scene.tesla.ports.at(-1)?.streams.at(-1);
}

const keys = ['1 AES_CM_128_HMAC_SHA1_80', '2 AES_CM_128_HMAC_SHA1_32'];

test.each([
  ['off', ['RTP/AVP']],
  ['optional', ['RTP/AVP', ...keys]],
  ['required', ['RTP/SAVP', ...keys]],
] as const)('%s: what is offered', async (srtp, lines) => {
  const {scene, pbx} = await registered(srtp);
  scene.tesla.call('101');
  await scene.settle();
  expect(offered(pbx.request('INVITE').body)).toEqual(lines);
});

test('a direct call is never encrypted', async () => {
  const {scene} = await registered('required');
  const other = scene.peer('192.0.2.50');
  scene.tesla.call('192.0.2.50');
  await scene.settle();
  expect(offered(other.request('INVITE').body)).toEqual(['RTP/AVP']);
  await other.ask('INVITE', 1, {body: secure(sdp('192.0.2.50', 7000, crypto))});
  expect(other.response().status).toBe(488);
  expect(other.response().headers.get('Warning')).toContain('switched off');
});

test.each([
  ['off', secure(sdp('192.0.2.9', 7000, crypto)), 'off'],
  ['required', plain, 'required'],
  ['optional', secure(plain), undefined],
  ['off', Buffer.from(Buffer.from(plain).toString().replace('RTP/AVP 0', 'RTP/AVP 18')), undefined],
] as const)(
  '%s: a call whose offer cannot be answered is told, and what was in the way',
  async (srtp, body, way) => {
    const {scene, pbx} = await registered(srtp);
    const told: UnanswerableCall[] = [];
    scene.tesla.agent.onUnanswerable = (call) => told.push(call);
    await pbx.ask('INVITE', 1, {body});
    expect(pbx.response().status).toBe(488);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({caller: {account: 'house', address: '192.0.2.9'}, encryption: way});
    expect(pbx.response().headers.get('Warning')).toContain(told[0]!.text);
  },
);

test.each(['optional', 'required'] as const)(
  '%s: an answer with a key is an encrypted call',
  async (srtp) => {
    const {scene, pbx} = await registered(srtp);
    scene.tesla.call('101');
    await scene.settle();
    const body = sdp('192.0.2.9', 7000, crypto);
    await pbx.respond(pbx.request('INVITE'), 200, {body: srtp === 'required' ? secure(body) : body});
    expect(scene.tesla.told).toEqual(['answered 192.0.2.9:7000 sendrecv']);
    const {security} = lastStream(scene)!;
    expect(security).toMatchObject({suite, remoteKey: new Uint8Array(30).fill(9)});
    const own = Buffer.from(security!.localKey).toString('base64');
    expect(Buffer.from(pbx.request('INVITE').body).toString()).toContain(`inline:${own}\r\n`);
  },
);

test('optional: an answer without a key is a call as ever', async () => {
  const {scene, pbx} = await registered('optional');
  scene.tesla.call('101');
  await scene.settle();
  await pbx.respond(pbx.request('INVITE'), 200, {body: plain});
  expect(scene.tesla.told).toEqual(['answered 192.0.2.9:7000 sendrecv']);
  expect(lastStream(scene)?.security).toBeUndefined();
});

test('optional: who refuses RTP/AVP is called again with RTP/SAVP, once', async () => {
  const {scene, pbx} = await registered('optional');
  scene.tesla.call('101');
  await scene.settle();
  const first = pbx.request('INVITE');
  await pbx.respond(first, 488);
  const second = pbx.request('INVITE');
  expect(offered(second.body)).toEqual(['RTP/SAVP', ...keys]);
  expect([second.callId, second.cseq.number]).toEqual([first.callId, first.cseq.number + 1]);
  await pbx.respond(second, 488);
  expect(pbx.kinds.filter((kind) => kind === 'INVITE')).toHaveLength(2);
  expect(scene.tesla.ends[0]?.text).toContain('no common codec, or encryption (srtp) is needed there');
  await scene.pass(64_000);
  expect(scene.tesla.leftovers).toBe(0);
});

test('required: refused is refused, in plain words', async () => {
  const {scene, pbx} = await registered('required');
  scene.tesla.call('101');
  await scene.settle();
  await pbx.respond(pbx.request('INVITE'), 488);
  expect(scene.tesla.ends[0]).toMatchObject({cause: 'failed', status: 488});
  expect(scene.tesla.ends[0]?.text).toMatch(/does not take encrypted sound \(SRTP\), which is required/);
  expect(pbx.kinds.filter((kind) => kind === 'INVITE')).toHaveLength(1);
});

test.each([
  ['plain', plain],
  ['RTP/SAVP without a key', secure(plain)],
  ['with a key for another line', secure(sdp('192.0.2.9', 7000, crypto.replace(':1', ':7')))],
])('required: an answer that is %s ends the call at once, and nothing is sent', async (_, body) => {
  const {scene, pbx} = await registered('required');
  scene.tesla.call('101');
  await scene.settle();
  await pbx.respond(pbx.request('INVITE'), 200, {body});
  expect(pbx.kinds.slice(-2)).toEqual(['ACK', 'BYE']);
  expect(scene.tesla.ends[0]).toMatchObject({cause: 'failed'});
  expect(scene.tesla.ends[0]?.text).toContain('not encrypted (SRTP)');
  expect(scene.tesla.ports[0]?.streams).toEqual([]);
});

test('required: early media that is not encrypted is not taken either', async () => {
  const {scene, pbx} = await registered('required');
  scene.tesla.call('101');
  await scene.settle();
  await pbx.respond(pbx.request('INVITE'), 183, {body: plain});
  expect(scene.tesla.ports[0]?.streams).toEqual([]);
});

test('required: sent elsewhere, also outside the account, it stays so', async () => {
  const {scene, pbx} = await registered('required');
  const other = scene.peer('192.0.2.50');
  scene.tesla.call('101');
  await scene.settle();
  await pbx.respond(pbx.request('INVITE'), 302, {headers: {Contact: '<sip:101@192.0.2.50>'}});
  expect(offered(other.request('INVITE').body)).toEqual(['RTP/SAVP', ...keys]);
});

test('required: callers without keys get 488 before anybody is told', async () => {
  const {scene, pbx} = await registered('required');
  await pbx.ask('INVITE', 1, {body: plain});
  expect(pbx.response().status).toBe(488);
  expect(pbx.response().headers.get('Warning')).toContain('encryption (SRTP) is required');
  expect(scene.tesla.incoming).toEqual([]);
});

test.each([
  ['required', sdp('192.0.2.9', 7000, crypto), ['RTP/AVP', keys[0]]],
  ['required', secure(sdp('192.0.2.9', 7000, crypto)), ['RTP/SAVP', keys[0]]],
  ['optional', secure(sdp('192.0.2.9', 7000, crypto)), ['RTP/SAVP', keys[0]]],
  ['optional', plain, ['RTP/AVP']],
  ['off', sdp('192.0.2.9', 7000, crypto), ['RTP/AVP']],
] as const)('%s: an incoming offer is answered in kind (%#)', async (srtp, body, answer) => {
  const {scene, pbx} = await registered(srtp);
  scene.tesla.onCall = (call) => call.answer(scene.tesla.listener);
  await pbx.ask('INVITE', 1, {body});
  expect(offered(pbx.response(200).body)).toEqual(answer);
  expect(lastStream(scene)?.security?.suite).toBe(answer.length > 1 ? suite : undefined);
});

test('required: a re-INVITE without keys is refused and changes nothing; one with keys keeps ours', async () => {
  const {scene, pbx} = await registered('required');
  scene.tesla.onCall = (call) => call.answer(scene.tesla.listener);
  const body = secure(sdp('192.0.2.9', 7000, crypto));
  await pbx.ask('INVITE', 1, {body});
  const dialog = pbx.response(200);
  await pbx.ask('ACK', 1, {dialog});
  await pbx.ask('INVITE', 2, {dialog, body: plain});
  expect(pbx.response().status).toBe(488);
  expect(scene.tesla.ports[0]?.streams).toHaveLength(1);
  const hold = secure(sdp('192.0.2.9', 7000, crypto, 'a=sendonly'));
  await pbx.ask('INVITE', 3, {dialog, body: hold});
  const [first, second] = scene.tesla.ports[0]!.streams;
  expect(second).toMatchObject({direction: 'recvonly', security: first!.security!});
});

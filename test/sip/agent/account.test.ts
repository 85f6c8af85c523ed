import {createHash} from 'node:crypto';
import {expect, test} from 'vitest';
import type {AccountOptions} from '../../../firmware/sip/agent/account-options.ts';
import type {SipRequest} from '../../../firmware/sip/message/message.ts';
import {CallScene} from './scene.ts';
import {type ScriptedPeer, sdp} from './scripted-peer.ts';

const house: AccountOptions = {
  name: 'house',
  uri: 'sip:door@example.org',
  user: 'door-login',
  password: 'sesame',
  registrars: ['sip:pbx.example.org'],
  expires: 300,
};
const answer = sdp('192.0.2.9', 7000);

/** Tesla with an account at a scripted server, which has accepted the registration. */
async function registered(accounts = [house]): Promise<{scene: CallScene; pbx: ScriptedPeer}> {
  const scene = new CallScene({tesla: {accounts}});
  const pbx = scene.peer();
  scene.tesla.agent.start();
  await scene.settle();
  const request = pbx.request('REGISTER');
  await pbx.respond(request, 200, {headers: {Contact: `${request.headers.get('Contact')};expires=300`}});
  return {scene, pbx};
}

function challenge(status: 401 | 407, nonce: string) {
  const name = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate';
  return {headers: {[name]: `Digest realm="example.org", nonce="${nonce}", qop="auth", algorithm=MD5`}};
}

/** Whether the digest of `request` was made with the right password. */
function isRight(request: SipRequest, name: string): boolean {
  const parts = new Map(
    Array.from((request.headers.get(name) ?? '').matchAll(/(\w+)="?([^",]*)"?/g), ([, key, value]) => [
      key,
      value,
    ]),
  );
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');
  const ha1 = md5(`door-login:example.org:sesame`);
  const ha2 = md5(`${request.method}:${parts.get('uri')}`);
  return (
    parts.get('uri') === request.requestUri &&
    parts.get('response') ===
      md5(`${ha1}:${parts.get('nonce')}:${parts.get('nc')}:${parts.get('cnonce')}:auth:${ha2}`)
  );
}

test('the status of an account follows its registration', async () => {
  const {scene} = await registered();
  const now = scene.clock.wallTime();
  expect(scene.tesla.agent.accounts).toEqual([
    {
      name: 'house',
      registered: true,
      reason: '',
      attempts: 1,
      lastAttempt: now,
      nextAttempt: now + 268_000,
    },
  ]);
});

test('a bare number goes to the account through its server, under the account’s name', async () => {
  const {scene, pbx} = await registered();
  scene.tesla.call('101');
  await scene.settle();
  const invite = pbx.request('INVITE');
  expect(invite.requestUri).toBe('sip:101@example.org');
  expect(invite.headers.get('From')).toMatch(/^<sip:door@example\.org>;tag=/);
  expect(invite.headers.get('Contact')).toBe('<sip:door@192.0.2.1:5060>');
});

test('somebody at another host is called directly', async () => {
  const {scene, pbx} = await registered();
  scene.tesla.call('sip:101@tower.radio.org');
  await scene.settle();
  expect(pbx.kinds).not.toContain('INVITE');
  expect(scene.wire.at(-1)).toBe('1 INVITE sip:101@tower.radio.org');
});

test('INVITE and BYE are challenged: by the proxy, by the called party, each answered', async () => {
  const {scene, pbx} = await registered();
  const call = scene.tesla.call('101');
  await scene.settle();
  await pbx.respond(pbx.request('INVITE'), 407, challenge(407, 'n1'));
  const second = pbx.request('INVITE');
  expect(second.cseq.number).toBe(2);
  expect(isRight(second, 'Proxy-Authorization')).toBe(true);
  await pbx.respond(second, 401, challenge(401, 'n2'));
  const third = pbx.request('INVITE');
  expect([third.cseq.number, third.callId, third.from.tag]).toEqual([3, second.callId, second.from.tag]);
  expect(isRight(third, 'Authorization')).toBe(true);
  expect(third.headers.get('Proxy-Authorization')).toBeDefined();
  await pbx.respond(third, 200, {body: answer});
  expect(scene.tesla.told).toEqual(['answered 192.0.2.9:7000 sendrecv']);
  // The ACK repeats the credentials of the INVITE: nobody can challenge it.
  const ack = pbx.request('ACK');
  expect([ack.cseq.number, ack.headers.get('Authorization')]).toEqual([
    3,
    third.headers.get('Authorization'),
  ]);
  call.hangUp();
  await scene.settle();
  await pbx.respond(pbx.request('BYE'), 401, challenge(401, 'n3'));
  expect(isRight(pbx.request('BYE'), 'Authorization')).toBe(true);
  expect(pbx.request('BYE').cseq.number).toBe(5);
  await pbx.respond(pbx.request('BYE'), 200);
});

test('in a call that came in, only realms that registering met get a digest: whoever calls could guess at any', async () => {
  const scene = new CallScene({tesla: {accounts: [house]}});
  const pbx = scene.peer();
  const {tesla} = scene;
  tesla.onCall = (call) => call.answer(tesla.listener);
  tesla.agent.start();
  await scene.settle();
  await pbx.respond(pbx.request('REGISTER'), 401, challenge(401, 'n1'));
  const request = pbx.request('REGISTER');
  await pbx.respond(request, 200, {headers: {Contact: `${request.headers.get('Contact')};expires=300`}});
  for (const [realm, expected] of [
    ['elsewhere', 1],
    ['example.org', 2],
  ] as const) {
    await pbx.ask('INVITE', 1, {callId: realm, body: answer});
    await pbx.ask('ACK', 1, {dialog: pbx.response(200)});
    tesla.incoming.at(-1)?.hangUp();
    await scene.settle();
    const headers = {'WWW-Authenticate': `Digest realm="${realm}", nonce="n2", qop="auth"`};
    await pbx.respond(pbx.request('BYE'), 401, {headers});
    const byes = pbx.arrived.filter(
      (message) => message.kind === 'request' && message.method === 'BYE' && message.callId === realm,
    );
    expect(byes).toHaveLength(expected);
  }
});

test('a wrong password is not tried for ever', async () => {
  const {scene, pbx} = await registered();
  scene.tesla.call('101');
  await scene.settle();
  await pbx.respond(pbx.request('INVITE'), 407, challenge(407, 'n1'));
  await pbx.respond(pbx.request('INVITE'), 407, challenge(407, 'n2'));
  expect(pbx.kinds.filter((kind) => kind === 'INVITE')).toHaveLength(2);
  expect(scene.tesla.told).toEqual(['ended refused']);
  expect(scene.tesla.ends[0]?.text).toMatch(/password/);
});

test('a stale nonce is renewed, at most three challenges are answered', async () => {
  const {scene, pbx} = await registered();
  scene.tesla.call('101');
  await scene.settle();
  for (let nonce = 0; nonce < 6; nonce++) {
    const stale = challenge(407, `n${nonce}`);
    stale.headers['Proxy-Authenticate'] += ', stale=true';
    await pbx.respond(pbx.request('INVITE'), 407, stale);
  }
  expect(pbx.kinds.filter((kind) => kind === 'INVITE')).toHaveLength(4);
  expect(scene.tesla.told).toEqual(['ended refused']);
});

test('a direct call never answers a challenge: its password is for nobody else', async () => {
  const {scene, pbx} = await registered();
  scene.tesla.call('192.0.2.9:5060');
  await scene.settle();
  await pbx.respond(pbx.request('INVITE'), 401, challenge(401, 'n1'));
  expect(pbx.kinds.filter((kind) => kind === 'INVITE')).toHaveLength(1);
  expect(scene.tesla.told).toEqual(['ended refused']);
});

test('a caller through the server of an account is verified, others are not', async () => {
  const second: AccountOptions = {...house, name: 'second', uri: 'sip:gate@example.org'};
  const {scene, pbx} = await registered([house, second]);
  const from = {From: '<sip:101@example.org>;tag=a'};
  await pbx.ask('INVITE', 1, {body: answer, callId: '1', uri: 'sip:door@192.0.2.1', headers: from});
  await pbx.ask('INVITE', 1, {body: answer, callId: '2', uri: 'sip:gate@192.0.2.1', headers: from});
  await scene.peer('192.0.2.8').ask('INVITE', 1, {body: answer, callId: '3', headers: from});
  expect(scene.tesla.incoming.map(({caller}) => [caller.account, caller.verified])).toEqual([
    ['house', true],
    ['second', true],
    [undefined, false],
  ]);
});

test('a phone on another port of the server’s host is not the server', async () => {
  const {scene} = await registered();
  const peer = scene.peer('192.0.2.9', 5062);
  await peer.ask('INVITE', 1, {body: answer, headers: {From: '<sip:101@example.org>;tag=a'}});
  expect(scene.tesla.incoming[0]?.caller).toMatchObject({account: undefined, verified: false});
});

test('stopping hangs up, unregisters and waits for both, 2 s at most', async () => {
  const {scene, pbx} = await registered();
  scene.tesla.call('101');
  await scene.settle();
  await pbx.respond(pbx.request('INVITE'), 200, {body: answer});
  let stopped = false;
  void scene.tesla.agent.stop().then(() => {
    stopped = true;
  });
  await scene.settle();
  expect(pbx.kinds.slice(-2)).toEqual(['BYE', 'REGISTER']);
  expect(pbx.request('REGISTER').headers.get('Expires')).toBe('0');
  await pbx.respond(pbx.request('BYE'), 200);
  expect(stopped).toBe(false);
  await pbx.respond(pbx.request('REGISTER'), 200);
  expect(stopped).toBe(true);
  expect(scene.tesla.agent.call('101', scene.tesla.listener)).toMatchObject({error: {code: 'stopped'}});
  await pbx.ask('INVITE', 1, {body: answer});
  expect(pbx.response().status).toBe(480);
});

test('stopping does not wait longer than 2 s for a dead peer', async () => {
  const {scene, pbx} = await registered();
  scene.tesla.call('101');
  await scene.settle();
  await pbx.respond(pbx.request('INVITE'), 200, {body: answer});
  let stopped = 0;
  void scene.tesla.agent.stop().then(() => {
    stopped = scene.clock.now();
  });
  await scene.pass(5000);
  expect(stopped).toBe(2000);
});

/** Tesla registered at a server that names routes and agrees to a flow; `registrars` as configured. */
async function withRoutes(registrars: readonly string[], routes: string): Promise<CallScene> {
  const instance = 'urn:uuid:f81d4fae-7dec-41d0-a765-00a0c91e6bf6';
  const scene = new CallScene({tesla: {accounts: [{...house, registrars}], instance}});
  const pbx = scene.peer();
  scene.tesla.agent.start();
  await scene.settle();
  await pbx.respond(pbx.request('REGISTER'), 200, {
    headers: {Expires: '300', Require: 'outbound', 'Service-Route': routes},
  });
  scene.tesla.call('101');
  await scene.settle();
  return scene;
}

test('Service-Route is the route of calls, which take the flow to the configured server (RFC 3608, RFC 5626)', async () => {
  const scene = await withRoutes(['sip:pbx.example.org'], '<sip:192.0.2.7;lr>, <sip:home.example.org;lr>');
  const {to, text} = scene.network.sent.findLast((sent) => sent.text.startsWith('INVITE'))!;
  expect(to.address).toBe('192.0.2.9');
  expect(text).toMatch(/^INVITE sip:101@example\.org SIP/);
  expect(text.match(/^Route: .*$/gm)).toEqual([
    'Route: <sip:192.0.2.7;lr>',
    'Route: <sip:home.example.org;lr>',
  ]);
  expect(text).toContain('Contact: <sip:door@192.0.2.1:5060;ob>');
});

test('where the domain is its own registrar, the first route is where calls go', async () => {
  const scene = new CallScene({
    tesla: {accounts: [{...house, uri: 'sip:door@192.0.2.9', registrars: ['sip:192.0.2.9']}]},
  });
  const pbx = scene.peer();
  const home = scene.peer('192.0.2.7');
  scene.tesla.agent.start();
  await scene.settle();
  await pbx.respond(pbx.request('REGISTER'), 200, {
    headers: {Expires: '300', 'Service-Route': '<sip:192.0.2.7>'},
  });
  scene.tesla.call('sip:101@192.0.2.9');
  await scene.settle();
  // A strict router: its own URI is the Request-URI.
  const invite = home.request('INVITE');
  expect(invite.requestUri).toBe('sip:192.0.2.7');
  expect(invite.headers.all('Route')).toEqual(['<sip:101@192.0.2.9>']);
  expect(invite.headers.get('Contact')).toBe('<sip:door@192.0.2.1:5060>');
});

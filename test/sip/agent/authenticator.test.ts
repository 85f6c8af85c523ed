import {expect, test} from 'vitest';
import {Authenticator, type CredentialsHeader} from '../../../firmware/sip/agent/authenticator.ts';
import {createRequest, createResponse} from '../../../firmware/sip/message/create.ts';
import type {SipRequest, SipResponse} from '../../../firmware/sip/message/message.ts';
import {seededBytes} from '../../support/fake-network.ts';
import {challenge, RegistrationScene, reply} from './registration-scene.ts';

const account = {user: 'door', password: 'sesame'};

function invite(credentials: readonly CredentialsHeader[] = []): SipRequest {
  return createRequest({
    method: 'INVITE',
    requestUri: 'sip:101@example.org',
    via: 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
    from: '<sip:door@example.org>;tag=1',
    to: '<sip:101@example.org>',
    callId: 'call',
    cseq: 1,
    headers: credentials.map(({name, value}) => [name, value] as const),
  });
}

/** What the authenticator makes of a 401 or 407 with these challenges. */
function answerTo(
  authenticator: Authenticator,
  request: SipRequest,
  status: 401 | 407,
  ...challenges: string[]
): CredentialsHeader[] | undefined {
  const response = createResponse(request, status);
  const name = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate';
  for (const one of challenges) response.headers.append(name, one);
  return authenticator.answer(request, response);
}

/** Header, realm, nonce and nonce count of credentials. */
function summary(credentials: readonly CredentialsHeader[] | undefined): string[] | undefined {
  return credentials?.map(({name, value}) => {
    const part = (key: string) => new RegExp(`\\b${key}="?([^",]*)`).exec(value)?.[1] ?? '-';
    return `${name} ${part('realm')} ${part('nonce')} ${part('nc')}`;
  });
}

function digest(realm: string, nonce: string, more = ', qop="auth"'): string {
  return `Digest realm="${realm}", nonce="${nonce}"${more}`;
}

test('two proxies and a server, each with a realm of its own: the last try satisfies all', () => {
  const authenticator = new Authenticator(account, seededBytes(1));
  const first = answerTo(authenticator, invite(), 407, digest('edge', 'n1'));
  expect(summary(first)).toEqual(['Proxy-Authorization edge n1 00000001']);
  const second = answerTo(authenticator, invite(first), 407, digest('core', 'n2'));
  expect(summary(second)).toEqual([
    'Proxy-Authorization edge n1 00000002',
    'Proxy-Authorization core n2 00000001',
  ]);
  const third = answerTo(authenticator, invite(second), 401, digest('edge', 'n3'));
  expect(summary(third)).toEqual([
    'Proxy-Authorization edge n1 00000003',
    'Proxy-Authorization core n2 00000002',
    'Authorization edge n3 00000001',
  ]);
  // The first of them does not like it: nothing has been wrong with the others.
  expect(answerTo(authenticator, invite(third), 401, digest('edge', 'n4'))).toBeUndefined();
});

test('a nonce that comes again is counted on, for a count that starts over looks like a replay', () => {
  const authenticator = new Authenticator(account, seededBytes(1));
  const first = answerTo(authenticator, invite(), 401, digest('a', 'same'));
  expect(summary(first)).toEqual(['Authorization a same 00000001']);
  expect(summary(answerTo(authenticator, invite(), 401, digest('a', 'same')))).toEqual([
    'Authorization a same 00000002',
  ]);
  expect(summary(authenticator.anticipate(invite()))).toEqual(['Authorization a same 00000003']);
});

test('a stale nonce is replaced; a password that was refused is not sent again', () => {
  const authenticator = new Authenticator(account, seededBytes(1));
  const first = answerTo(authenticator, invite(), 401, digest('a', 'old'));
  const second = answerTo(authenticator, invite(first), 401, digest('a', 'new', ', stale=TRUE, qop="auth"'));
  expect(summary(second)).toEqual(['Authorization a new 00000001']);
  expect(answerTo(authenticator, invite(second), 401, digest('a', 'newer'))).toBeUndefined();
});

test.each([
  ['an unknown protection', digest('a', 'n', ', qop="auth-conf"')],
  ['an unknown algorithm', digest('a', 'n', ', algorithm=SHA-999')],
  ['no realm', 'Digest nonce="n"'],
  ['another scheme', 'Bearer realm="a"'],
  ['nonsense', 'Digest realm="a'],
])('%s is passed over, for another challenge where there is one', (_name, odd) => {
  expect(answerTo(new Authenticator(account, seededBytes(1)), invite(), 401, odd)).toBeUndefined();
  const both = answerTo(new Authenticator(account, seededBytes(1)), invite(), 401, odd, digest('a', 'good'));
  expect(summary(both)).toEqual(['Authorization a good 00000001']);
});

/** What a proxy makes of the answers of two branches: the challenges of both in one response. */
function together(request: SipRequest, ...challenges: [name: string, value: string][]): SipResponse {
  const response = createResponse(request, 401);
  for (const [name, value] of challenges) response.headers.append(name, value);
  return response;
}

test('challenges of several realms in one response are all answered, each by its strongest algorithm', () => {
  const authenticator = new Authenticator(account, seededBytes(1));
  const response = together(
    invite(),
    ['WWW-Authenticate', digest('a', 'n1', ', algorithm=MD5, qop="auth"')],
    ['WWW-Authenticate', digest('b', 'n2')],
    ['WWW-Authenticate', digest('a', 'n3', ', algorithm=SHA-256, qop="auth"')],
    ['Proxy-Authenticate', digest('edge', 'n4')],
  );
  const answers = authenticator.answer(invite(), response);
  expect(summary(answers)).toEqual([
    'Authorization a n3 00000001',
    'Authorization b n2 00000001',
    'Proxy-Authorization edge n4 00000001',
  ]);
  // One of them does not like it, another has just been met.
  const again = together(
    invite(answers),
    ['WWW-Authenticate', digest('a', 'n5')],
    ['WWW-Authenticate', digest('c', 'n6')],
  );
  expect(summary(authenticator.answer(invite(answers), again))).toEqual([
    'Authorization a n3 00000002',
    'Authorization b n2 00000002',
    'Proxy-Authorization edge n4 00000002',
    'Authorization c n6 00000001',
  ]);
});

test('no more than eight realms are remembered', () => {
  const authenticator = new Authenticator(account, seededBytes(1));
  for (let realm = 0; realm < 12; realm++) answerTo(authenticator, invite(), 401, digest(`r${realm}`, 'n'));
  expect(authenticator.anticipate(invite())).toHaveLength(8);
});

test('our own nonce stays as long as that of the server', () => {
  const authenticator = new Authenticator(account, seededBytes(1));
  const cnonce = ([header]: readonly CredentialsHeader[]) => /cnonce="(\w+)"/.exec(header!.value)?.[1];
  const first = cnonce(answerTo(authenticator, invite(), 401, digest('a', 'n1'))!);
  expect(cnonce(authenticator.anticipate(invite()))).toBe(first);
  expect(cnonce(answerTo(authenticator, invite(), 401, digest('a', 'n1'))!)).toBe(first);
  expect(cnonce(answerTo(authenticator, invite(), 401, digest('a', 'n2'))!)).not.toBe(first);
});

function accepted(info: string, name = 'Authentication-Info'): SipResponse {
  const response = createResponse(invite(), 200);
  response.headers.append(name, info);
  return response;
}

test('a server names its next nonce: it is used, and one that it has forgotten is asked for once more', () => {
  const authenticator = new Authenticator(account, seededBytes(1));
  answerTo(authenticator, invite(), 401, digest('a', 'n1'));
  authenticator.learn(accepted('qop=auth, nextnonce="n2", rspauth="0"'));
  const next = authenticator.anticipate(invite());
  expect(summary(next)).toEqual(['Authorization a n2 00000001']);
  const asked = answerTo(authenticator, invite(next), 401, digest('a', 'n3'));
  expect(summary(asked)).toEqual(['Authorization a n3 00000001']);
  expect(answerTo(authenticator, invite(asked), 401, digest('a', 'n4'))).toBeUndefined();
});

test.each(['nextnonce', 'nextnonce="', 'nextnonce=""x', '', 'rspauth="0"', 'nextnonce="n1"'])(
  'Authentication-Info: %s changes nothing',
  (info) => {
    const authenticator = new Authenticator(account, seededBytes(1));
    answerTo(authenticator, invite(), 401, digest('a', 'n1'));
    authenticator.learn(accepted(info));
    authenticator.learn(accepted('nextnonce="other"', 'Proxy-Authentication-Info'));
    expect(summary(authenticator.anticipate(invite()))).toEqual(['Authorization a n1 00000002']);
  },
);

test('a REGISTER that proxy and registrar challenge in turn', () => {
  const scene = new RegistrationScene();
  const accepted = scene.serve;
  scene.serve = (request) => {
    const proxy = request.headers.get('Proxy-Authorization');
    if (!proxy) return reply(request, 407, [['Proxy-Authenticate', digest('edge', 'n1')]]);
    return request.headers.get('Authorization') ? accepted(request) : reply(request, 401, [challenge('n2')]);
  };
  scene.registration.start();
  scene.clock.advance(1000);
  expect(scene.requests).toHaveLength(3);
  expect(scene.registration.status.registered).toBe(true);
});

import {expect, test} from 'vitest';
import {Authenticator, type CredentialsHeader} from '../../../firmware/sip/agent/authenticator.ts';
import {createRequest, createResponse} from '../../../firmware/sip/message/create.ts';
import type {SipRequest} from '../../../firmware/sip/message/message.ts';
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
  expect(summary(authenticator.anticipate('INVITE', 'sip:101@example.org'))).toEqual([
    'Authorization a same 00000003',
  ]);
});

test('a stale nonce is replaced; a password that was refused is not sent again', () => {
  const authenticator = new Authenticator(account, seededBytes(1));
  const first = answerTo(authenticator, invite(), 401, digest('a', 'old'));
  const second = answerTo(authenticator, invite(first), 401, digest('a', 'new', ', stale=TRUE, qop="auth"'));
  expect(summary(second)).toEqual(['Authorization a new 00000001']);
  expect(answerTo(authenticator, invite(second), 401, digest('a', 'newer'))).toBeUndefined();
});

test.each([
  ['auth-int alone', digest('a', 'n', ', qop="auth-int"')],
  ['an unknown algorithm', digest('a', 'n', ', algorithm=SHA-999')],
  ['a session algorithm', digest('a', 'n', ', algorithm=MD5-sess')],
  ['no realm', 'Digest nonce="n"'],
  ['another scheme', 'Bearer realm="a"'],
  ['nonsense', 'Digest realm="a'],
])('%s is passed over, for another challenge where there is one', (_name, odd) => {
  expect(answerTo(new Authenticator(account, seededBytes(1)), invite(), 401, odd)).toBeUndefined();
  const both = answerTo(new Authenticator(account, seededBytes(1)), invite(), 401, odd, digest('a', 'good'));
  expect(summary(both)).toEqual(['Authorization a good 00000001']);
});

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
